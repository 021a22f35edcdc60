"""Doing something at one moment of the plain flow, named by the port call or commit it reaches."""

from collections.abc import Callable
from typing import NamedTuple

from tests.reliability.simulator import World


class Moment(NamedTuple):
    """The ``nth`` time that any process comes to the point ``label``."""

    label: str
    nth: int = 1


def on(world: World, moment: Moment, act: Callable[[], None]) -> None:
    """Have ``act`` called at ``moment``; what it raises is met by the process that came to it."""
    count, reach = 0, world.points.reach

    def watch(label: str, *, deadly: bool = True) -> None:
        nonlocal count
        process = world.points.process
        if label == moment.label and process and not process.is_dead:
            count += 1
            if count == moment.nth:
                act()
        reach(label, deadly=deadly)

    world.points.reach = watch  # type: ignore[method-assign]


def meanwhile(world: World, moment: Moment, act: Callable[[], None]) -> None:
    """Have somebody else do ``act`` at ``moment``."""

    def visit() -> None:
        world.points.visits += 1
        with world.points.outside():
            act()

    on(world, moment, visit)


def die(world: World, moment: Moment) -> None:
    """The process that comes to ``moment`` dies there."""
    on(world, moment, lambda: world.points.die_at(1))
