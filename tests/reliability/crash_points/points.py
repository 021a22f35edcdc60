"""All the points of the plain flow, and the story told again with something happening at them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.reliability.simulator import World
from tests.reliability.simulator.database import ERRORS

from .scenario import Story

# The ways the plain flow goes: published at once or reviewed, by a link of ours or by an upload.
VARIANTS = {
    "upload": {"private": True},
    "link": {},
    "review": {"private": True, "review": True},
}


@dataclass
class Tally:
    """What was tried, and what went wrong."""

    points: int = 0
    told: int = 0
    deaths: int = 0
    errors: int = 0
    violations: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.points += other.points
        self.told += other.told
        self.deaths += other.deaths
        self.errors += other.errors
        self.violations += other.violations


class Teller:
    """Tells one variant of the story again and again."""

    def __init__(self, world: World, variant: str) -> None:
        self.world, self.variant = world, variant
        self.tally = Tally()

    def trace(self) -> list[str]:
        """The points of an undisturbed flow, in their order."""
        story = self._begin()
        self.world.points.trace = []
        story.tell()
        trace, self.world.points.trace = self.world.points.trace, None
        self._judge("undisturbed")
        return trace

    def statements(self) -> int:
        """How many statements and commits an undisturbed flow has."""
        story = self._begin()
        story.tell()
        return self.world.database.statements

    def with_deaths(self, first: int, second: int | None = None) -> bool:
        """Die at the ``first`` point, then at the ``second`` one after that death.

        False when the story was over before the last of the deaths.
        """
        story = self._begin()
        self.world.points.die_at(first, *[] if second is None else [second])
        story.tell()
        happened = self.world.points.deaths
        self.tally.deaths += happened
        self._judge(f"dies at {first}, then at {second}")
        return happened == (1 if second is None else 2)

    def with_doubles(self, at: int) -> None:
        """Deliver every waiting message twice, and a copy of each in the middle of the step."""
        story = self._begin()
        bag = self.world.broker.bag

        def double() -> None:
            for message in list(self.world.broker.bag):
                self.world.deliver(message, "worker-9")
            bag.extend(list(bag))

        self.world.points.visit_at(at, double)
        story.tell()
        self._judge(f"messages doubled at {at}")

    def with_error(self, nth: int, kind: str, *, after: bool) -> None:
        """Have the ``nth`` statement or commit fail, before or after it was carried out."""
        story = self._begin()
        self.world.database.fail_at(nth, kind, after=after)
        story.tell()
        self.tally.errors += self.world.database.errors
        self._judge(f"{kind} at statement {nth}{' after it' if after else ''}")

    def _begin(self) -> Story:
        story = Story(self.world, **VARIANTS[self.variant])
        story.begin()
        return story

    def _judge(self, what: str) -> None:
        self.tally.told += 1
        for violation in self.world.violations:
            self.tally.violations.append(f"{self.variant}: {what}: {violation}")


def singles(teller: Teller, count: int) -> Iterator[Callable[[], object]]:
    """A death at each point, and everything doubled at each."""
    for point in range(1, count + 1):
        yield lambda point=point: teller.with_deaths(point)  # type: ignore[misc]
        yield lambda point=point: teller.with_doubles(point)  # type: ignore[misc]


def pairs(teller: Teller, first: int) -> Iterator[int]:
    """Every second death after one at ``first``, until the story has no further point."""
    second = 1
    while teller.with_deaths(first, second):
        yield second
        second += 1


def errors(teller: Teller, count: int) -> Iterator[Callable[[], object]]:
    """Each error at each statement, each time before and after its effect."""
    for nth in range(1, count + 1):
        for kind in ERRORS:
            for after in (False, True):
                yield lambda n=nth, k=kind, a=after: teller.with_error(n, k, after=a)  # type: ignore[misc]
