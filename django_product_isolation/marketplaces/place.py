"""A market place and its rules, and the register of those that presets can name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from .kinds import KINDS


@dataclass(frozen=True)
class Rule:
    """One thing that a place asks for: ``kind`` is a name in ``KINDS``, ``wanted`` its number.

    It holds from the day ``since`` to the day ``until``, both included; None is no end. ``source``
    is the page that says so, read on the day ``read_on``; ``is_own_page`` whether that is the
    place's own, or somebody else's summary.
    Raises ValueError for a kind that is not known.
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
    """``id`` is kept with presets and batches, ``name`` is what staff read."""

    id: str
    name: str
    rules: tuple[Rule, ...]

    def __str__(self) -> str:
        return self.name

    def rules_on(self, day: date) -> Iterator[Rule]:
        return (rule for rule in self.rules if rule.holds_on(day))

    def rules_after(self, day: date) -> Iterator[Rule]:
        return (rule for rule in self.rules if rule.comes_after(day))


_places: dict[str, Place] = {}


def register(place: Place) -> None:
    """Let presets name ``place``. One of the same id takes the place of the one before."""
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
