"""Whether a picture meets what a place asks for, by facts about it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .kinds import KINDS, Facts
from .place import Place, Rule

logger = logging.getLogger("django_product_isolation")
_logged: set[tuple[str, str]] = set()


class Meets(Enum):
    """How a picture stands with a place."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"  # nothing is missing as far as it could be checked


@dataclass(frozen=True)
class Judgement:
    """``missing`` says in words what is missing, ``coming`` what will be, and from when."""

    place: Place
    meets: Meets
    missing: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()  # kinds of rules


def judge(place: Place, facts: Facts, day: date) -> Judgement:
    """How a picture of these facts stands with ``place`` on that day. Opens nothing.

    What a rule cannot judge is unchecked, whatever the reason: one place must not take the pages
    of all others with it.
    """
    missing: list[str] = []
    coming: list[str] = []
    unchecked: list[str] = []
    for rule in place.rules:
        is_coming = False
        try:
            is_coming = rule.comes_after(day)
            if is_coming:
                coming += [announced(rule, sentence) for sentence in lacks(rule, facts)]
            elif rule.holds_on(day):
                missing += lacks(rule, facts)
        except KeyError:  # a fact that nobody knows
            unchecked += [] if is_coming else [rule.kind]
        except Exception:  # a rule of the shop's own, or what it met
            rule_failed(place, rule)
            unchecked += [] if is_coming else [rule.kind]
    meets = Meets.NO if missing else Meets.UNKNOWN if unchecked else Meets.YES
    return Judgement(place, meets, tuple(missing), tuple(coming), tuple(unchecked))


def lacks(rule: Rule, facts: Facts) -> list[str]:
    """The sentence of what is missing, if the rule is not met.

    Raises KeyError for a fact that is not there.
    """
    kind = KINDS[rule.kind]
    is_met = kind.is_met(kind.has(facts), rule.wanted)
    return [] if is_met else [kind.words(facts, rule.wanted)]


def announced(rule: Rule, sentence: str) -> str:
    """What will be missing, and from which day."""
    texts: Mapping[str, Any] = {
        "day": date_format(rule.since) if rule.since else "",
        "sentence": sentence,
    }
    return _("From %(day)s: %(sentence)s") % texts


def rule_failed(place: Place, rule: Rule) -> None:
    """Log the error that is being handled, once in a process: pages judge at each look."""
    if (place.id, rule.kind) not in _logged:
        _logged.add((place.id, rule.kind))
        logger.exception("place_rule_failed place=%s rule=%s", place.id, rule.kind)
