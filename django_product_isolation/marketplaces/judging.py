"""Whether a picture meets what a place asks for, by facts about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from .kinds import KINDS, Facts
from .place import Place, Rule


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
    """How a picture of these facts stands with ``place`` on that day. Opens nothing."""
    missing, unchecked = [], []
    for rule in place.rules_on(day):
        try:
            if not is_met(rule, facts):
                missing.append(words(rule, facts))
        except KeyError:
            unchecked.append(rule.kind)
    meets = Meets.NO if missing else Meets.UNKNOWN if unchecked else Meets.YES
    coming = tuple(announced(rule, facts) for rule in place.rules_after(day) if fails(rule, facts))
    return Judgement(place, meets, tuple(missing), coming, tuple(unchecked))


def is_met(rule: Rule, facts: Facts) -> bool:
    """Raises KeyError for a fact that is not there."""
    kind = KINDS[rule.kind]
    return kind.is_met(kind.has(facts), rule.wanted)


def fails(rule: Rule, facts: Facts) -> bool:
    """Whether it surely is not met."""
    try:
        return not is_met(rule, facts)
    except KeyError:
        return False


def words(rule: Rule, facts: Facts) -> str:
    return KINDS[rule.kind].words(facts, rule.wanted)


def announced(rule: Rule, facts: Facts) -> str:
    """What will be missing, and from which day."""
    texts: Mapping[str, Any] = {
        "day": date_format(rule.since) if rule.since else "",
        "sentence": words(rule, facts),
    }
    return _("From %(day)s: %(sentence)s") % texts
