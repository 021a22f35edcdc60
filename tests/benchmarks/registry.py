"""What a part of the benchmarks hands over, and where the parts are found.

A part is a module of ``parts``. It has a ``measure(options)`` that gives one Comparison or Measured
after the other; ``NEEDS_HISTORY = True`` has it run once for each database, with the history in it,
``ON_EACH_DATABASE = True`` once for each, whose address DATABASE_URL holds.
"""

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from math import inf
from pkgutil import iter_modules
from statistics import median
from types import ModuleType
from typing import Any

from . import parts


@dataclass(frozen=True, kw_only=True)
class Goal:
    """What is compared, and how many times the simpler figure ours may be.

    ``bar`` is the most, or with ``at_least`` the least; None where the ratio is only told. With
    ``of_itself`` it is meant for our figure, whatever the simpler one's.
    """

    name: str
    beside: str  # what the simpler one is, in words
    bar: float | None = None
    at_least: bool = False
    of_itself: bool = False


@dataclass(frozen=True, kw_only=True)
class Comparison(Goal):
    """Two things to be called in turn, of which the time is taken."""

    ours: Callable[[], Any]
    simpler: Callable[[], Any]
    before: Callable[[], Any] | None = None  # called before each of them; takes no part


@dataclass(frozen=True, kw_only=True)
class Measured(Goal):
    """Figures that were taken already: as many pairs as rounds, of one run."""

    ours: Sequence[float]
    simpler: Sequence[float]
    unit: str = "ms"
    queries: tuple[int, int] | None = None  # of ours and of the simpler one
    also: dict[str, Any] = field(default_factory=dict)  # whatever else is worth keeping

    @property
    def ratios(self) -> list[float]:
        pairs = zip(self.ours, self.simpler, strict=True)
        return sorted(a / b if b else inf for a, b in pairs)

    @property
    def ratio(self) -> float:
        """The one in the middle."""
        return median(self.ratios)

    @property
    def is_met(self) -> bool | None:
        if self.bar is None:
            return None
        figure = median(self.ours) if self.of_itself else self.ratio
        return figure >= self.bar if self.at_least else figure <= self.bar


Measure = Callable[[Namespace], Iterable[Comparison | Measured]]


def part_names() -> list[str]:
    return sorted(module.name for module in iter_modules(parts.__path__))


def part(name: str) -> ModuleType:
    return import_module(f"{parts.__name__}.{name}")


def needs_history(name: str) -> bool:
    return says(name, "NEEDS_HISTORY")


def is_for_each_database(name: str) -> bool:
    return needs_history(name) or says(name, "ON_EACH_DATABASE")


def says(name: str, what: str) -> bool:
    """Read from the text: a part may import models, for which Django must be set up."""
    (directory,) = parts.__path__
    with open(f"{directory}/{name}.py") as file:
        return any(line.startswith(f"{what} = True") for line in file)


def measurements(name: str, options: Namespace) -> Iterator[Comparison | Measured]:
    yield from part(name).measure(options)
