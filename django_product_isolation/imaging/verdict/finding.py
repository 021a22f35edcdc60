"""What to look at again, by measures and limits alone, and how a shop adds its own.

No rule's failure and no rule's answer leaves this module unread: what cannot be used is said by
``not_checked`` and logged, once for each rule.
"""

import logging
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .limits import DEFAULT, Limits
from .measure_names import was_not_taken

logger = logging.getLogger("django_product_isolation")

Box: TypeAlias = list[float]

NOT_CHECKED = "not_checked"
RULE = "rule "  # before its id, in what could not be checked
# Ids are kept in columns and stand in addresses.
ID = re.compile(r"[A-Za-z0-9_]{1,50}")


@dataclass(frozen=True, kw_only=True)
class Region:
    """Where: left, top, right, bottom as fractions of the picture, in either or both."""

    source: Box | None = None
    result: Box | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A reason to look closely. ``strength`` is how many times over its limit the measure is."""

    id: str
    sentence: Any  # for staff, lazy: in the language that is active when it is shown
    strength: float
    regions: tuple[Region, ...] = ()
    about: tuple[str, ...] = ()  # of not_checked: what, and why


@dataclass(frozen=True)
class Seen:
    """What a rule answers where it finds something; it counts from a strength of 1 on."""

    strength: float
    regions: tuple[Region, ...] = ()
    about: tuple[str, ...] = ()


Rule: TypeAlias = Callable[[Mapping[str, Any], Limits], "Seen | float | None"]


@dataclass(frozen=True)
class _Registered:
    sentence: Any
    title: Any
    rule: Rule = field(compare=False)


_rules: dict[str, _Registered] = {}
_logged: set[str] = set()


def register(name: str, sentence: Any, title: Any = None) -> Callable[[Rule], Rule]:
    """A decorator for a rule: a finding of that id, with a sentence for staff.

    ``title`` names it in lists and filters, by default as the id does. Raises ValueError for an id
    that is not made of 1 to 50 letters, digits and underscores.
    The rule takes measures and limits and answers None, a strength, or a ``Seen``. A rule of the
    same id takes the place of the one before. A KeyError for a measure that was not taken finds
    nothing; where the rule fails otherwise, or answers what is no finite number, ``not_checked``
    is found and the failure is logged.
    """
    if not ID.fullmatch(name):
        raise ValueError(f"{name!r} is no id of a finding.")

    def registered(rule: Rule) -> Rule:
        _logged.discard(name)
        # Asking whether a lazy title is empty would translate it, here and now.
        shown = name.replace("_", " ") if title is None else title
        _rules[name] = _Registered(sentence, shown, rule)
        return rule

    return registered


def unregister(name: str) -> None:
    """Take a rule out; for tests, and for shops that do not want one of ours."""
    _rules.pop(name, None)


def titles() -> dict[str, Any]:
    """What each finding is called that there is a rule for, by its id."""
    return {name: registered.title for name, registered in _rules.items()}


def findings(measures: Mapping[str, Any], limits: Limits = DEFAULT) -> list[Finding]:
    """What deserves a closer look, the strongest first; not_checked always last."""
    found, failed = [], []
    for name, registered in list(_rules.items()):
        try:
            seen = _read(registered.rule(measures, limits))
        except Exception as error:
            if not (isinstance(error, KeyError) and was_not_taken(error.args, measures)):
                _log(name)
                failed.append(f"{RULE}{name}: {type(error).__name__}")
            continue
        if seen and seen.strength >= 1:
            found.append(_finding(name, registered, seen))
    if failed and NOT_CHECKED in _rules:
        found = _with_failed(found, failed)
    return sorted(found, key=lambda one: (one.id == NOT_CHECKED, -one.strength, one.id))


def _read(answer: Any) -> Seen | None:
    """A rule's answer in plain floats and texts. Raises TypeError, ValueError, OverflowError or
    AttributeError for what is none."""
    if answer is None:
        return None
    if not isinstance(answer, Seen):
        return Seen(_finite(answer))
    regions = [Region(source=_box(one.source), result=_box(one.result)) for one in answer.regions]
    return Seen(_finite(answer.strength), tuple(regions), tuple(map(str, answer.about)))


def _finite(number: Any) -> float:
    if not math.isfinite(number):
        raise ValueError("A rule's answer is no finite number.")
    return float(number)


def _box(box: Any) -> Box | None:
    if box is None:
        return None
    left, top, right, bottom = map(_finite, box)
    return [left, top, right, bottom]


def _finding(name: str, registered: _Registered, seen: Seen) -> Finding:
    return Finding(
        id=name,
        sentence=registered.sentence,
        strength=round(seen.strength, 3),
        regions=seen.regions,
        about=seen.about,
    )


def _with_failed(found: list[Finding], failed: list[str]) -> list[Finding]:
    """With the rules that failed in what could not be checked."""
    before = [one for one in found if one.id == NOT_CHECKED]
    about = tuple(about for one in before for about in one.about)
    seen = Seen(1.0, about=(*about, *failed))
    others = [one for one in found if one.id != NOT_CHECKED]
    return [*others, _finding(NOT_CHECKED, _rules[NOT_CHECKED], seen)]


def _log(name: str) -> None:
    """Once in a process: pages ask the rules at each look."""
    if name not in _logged:
        _logged.add(name)
        logger.exception("rule_failed finding=%s", name)
