"""A marketplace and its rules, and the register of those that presets can name."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.functional import Promise

from .asking import check_day
from .kinds import KINDS


@dataclass(frozen=True)
class Rule:
    """One thing that a place asks for: ``kind`` is a name in ``KINDS``, ``wanted`` its number.

    It holds from the day ``since`` to the day ``until``, both included; None is no end. ``source``
    is the page that says so, read on the day ``read_on``; ``is_own_page`` whether that is the
    place's own, or somebody else's summary.
    Raises ValueError for a kind that is not known; the rest is checked by its place, whose errors
    say which place it is.
    """

    kind: str
    wanted: Any
    since: date | None = None
    until: date | None = None
    source: str = ""
    read_on: date | None = None
    is_own_page: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind}: choose from {', '.join(KINDS)}.")

    def checked(self) -> "Rule":
        """The rule with what it asks for as it is kept.

        Raises TypeError or ValueError, with what to write instead.
        """
        for name in ("since", "until", "read_on"):
            check_day(name, getattr(self, name))
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"until {self.until} is before since {self.since}: it never holds.")
        return replace(self, wanted=KINDS[self.kind].asked(self.wanted))

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day <= self.until
        )

    def comes_after(self, day: date) -> bool:
        """Whether it will be in force, but is not yet."""
        return self.since is not None and day < self.since


@dataclass(frozen=True)
class Place:
    """``id`` is kept with presets and batches, ``name`` is what staff read.

    Raises TypeError or ValueError, with what to write instead, where it or one of its rules is not
    what pages and commands can work with: better when the shop starts than on every page.
    """

    id: str
    name: str
    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not self.id.strip():
            raise TypeError(f"A place's id is a text that is not empty, not {self.id!r}.")
        if not isinstance(self.name, str | Promise) or not str(self.name).strip():
            raise TypeError(f"Place {self.id!r}: its name is a text, not {self.name!r}.")
        rules = tuple(self._checked(rule) for rule in self._listed())
        object.__setattr__(self, "rules", rules)

    def _listed(self) -> Iterable[Any]:
        if isinstance(self.rules, Rule):
            raise TypeError(
                f"Place {self.id!r}: rules is one Rule; write (Rule(...),), with a comma."
            )
        if not isinstance(self.rules, Iterable):
            raise TypeError(f"Place {self.id!r}: rules is {self.rules!r}; write (Rule(...),).")
        return self.rules

    def _checked(self, rule: Any) -> Rule:
        if not isinstance(rule, Rule):
            raise TypeError(f"Place {self.id!r}: {rule!r} among its rules is no Rule.")
        try:
            return rule.checked()
        except (TypeError, ValueError) as error:
            raise type(error)(f"Place {self.id!r}, rule {rule.kind!r}: {error}") from error

    def __str__(self) -> str:
        return str(self.name)


_places: dict[str, Place] = {}


def register(place: Place) -> None:
    """Let presets name ``place``. One of the same id takes the place of the one before.

    Raises TypeError for what is no Place.
    """
    if not isinstance(place, Place):
        raise TypeError(f"{place!r} is no Place: write register(Place(id, name, rules)).")
    _places[place.id] = place


def unregister(place_id: str) -> None:
    """Take a place out; for tests, and for shops that do not want one of ours."""
    _places.pop(place_id, None)


def known_places() -> list[Place]:
    """The places that presets can name, in the order in which they were registered."""
    return list(_places.values())


def place_called(place_id: str) -> Place | None:
    """The place of that id; None where nobody registers it any more."""
    return _places.get(place_id)
