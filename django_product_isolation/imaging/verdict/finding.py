"""What to look at again, by measures and limits alone, and how a shop adds its own."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from .limits import DEFAULT, Limits

Box: TypeAlias = list[float]

NOT_CHECKED = "not_checked"
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


def register(name: str, sentence: Any, title: Any = None) -> Callable[[Rule], Rule]:
    """A decorator for a rule: a finding of that id, with a sentence for staff.

    ``title`` names it in lists and filters, by default as the id does. Raises ValueError for an id
    that is not made of 1 to 50 letters, digits and underscores.
    The rule takes measures and limits and answers None, a strength, or a ``Seen``. A rule of the
    same id takes the place of the one before. A measure may be absent: what the rule fails on
    (KeyError, TypeError, IndexError) it could not check.
    """
    if not ID.fullmatch(name):
        raise ValueError(f"{name!r} is no id of a finding.")

    def registered(rule: Rule) -> Rule:
        _rules[name] = _Registered(sentence, title or name.replace("_", " "), rule)
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
    found = list(_found(measures, limits))
    return sorted(found, key=lambda one: (one.id == NOT_CHECKED, -one.strength, one.id))


def _found(measures: Mapping[str, Any], limits: Limits) -> Iterator[Finding]:
    for name, registered in list(_rules.items()):
        try:
            seen = registered.rule(measures, limits)
        except (KeyError, TypeError, IndexError):
            continue
        if isinstance(seen, (int, float)):
            seen = Seen(float(seen))
        if seen is not None and seen.strength >= 1:
            yield Finding(
                id=name,
                sentence=registered.sentence,
                strength=round(seen.strength, 3),
                regions=seen.regions,
                about=seen.about,
            )
