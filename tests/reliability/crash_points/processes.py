"""What each process of the long run does, in a world of its own."""

from contextlib import ExitStack

from tests.reliability.standalone import database, set_up

set_up()

from tests.reliability.simulator import World  # noqa: E402 (models need Django set up)

from .points import Tally, Teller, errors, pairs, singles  # noqa: E402

KEPT = ExitStack()
WORLDS: list[World] = []


def begin() -> None:
    """Open the process's database and world, until it ends."""
    KEPT.enter_context(database())
    WORLDS.append(World())
    KEPT.enter_context(WORLDS[0].installed())


def count(variant: str) -> tuple[int, int]:
    """The points and the statements of a variant that nothing disturbs."""
    teller = Teller(WORLDS[0], variant)
    points, statements = len(teller.trace()), teller.statements()
    assert not teller.tally.violations, teller.tally.violations
    return points, statements


def work(task: tuple[str, str, int]) -> tuple[str, Tally]:
    """One part of the whole: a kind of disturbance, a variant, and a point or their number."""
    kind, variant, number = task
    teller = Teller(WORLDS[0], variant)
    if kind == "pairs":
        for _second in pairs(teller, number):
            pass
    else:
        for tell in (singles if kind == "singles" else errors)(teller, number):
            tell()
    return kind, teller.tally
