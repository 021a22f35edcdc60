"""What marketplaces ask of a product's main picture, and whether a result meets it.

Rules are plain data with the page they come from (``rules``); a shop may add places of its own.
Knows facts about a picture, never the picture itself, and nothing of runs.
"""

from .judging import Judgement, Meets, judge, rule_failed
from .place import Place, Rule, known_places, place_called, register, unregister
from .rules import PLACES

for _place in PLACES:
    register(_place)

__all__ = [
    "Judgement",
    "Meets",
    "Place",
    "Rule",
    "judge",
    "known_places",
    "place_called",
    "register",
    "rule_failed",
    "unregister",
]
