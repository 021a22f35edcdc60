"""A part of the long run: so many stories from one seed, in a process and a world of its own."""

import traceback
from contextlib import ExitStack
from dataclasses import dataclass

from tests.reliability.standalone import database, set_up

set_up()

from tests.reliability.world import World  # noqa: E402 (models need Django set up)

from .machine import Simulation, simulate  # noqa: E402
from .totals import Totals  # noqa: E402

KEPT = ExitStack()
WORLDS: list[World] = []


@dataclass(frozen=True)
class Chunk:
    """Which stories: the chunk's number is added to the seed of the whole."""

    number: int
    seed: int
    sequences: int
    steps: int


def begin() -> None:
    """Open the process's database and world, until it ends."""
    KEPT.enter_context(database())
    WORLDS.append(World())
    KEPT.enter_context(WORLDS[0].installed())


def play(chunk: Chunk) -> tuple[Chunk, Totals, str]:
    """Play the stories: what happened in them, and the shortest one that went wrong, or ""."""
    start = chunk.seed + chunk.number
    try:
        simulate(WORLDS[0], sequences=chunk.sequences, steps=chunk.steps, start=start)
    except Exception:
        totals = Simulation.totals
        return chunk, totals, shortest(chunk, start) or traceback.format_exc()
    return chunk, Simulation.totals, ""


def shortest(chunk: Chunk, start: int) -> str:
    """The same stories again, and the one that goes wrong made as short as it can be."""
    try:
        simulate(WORLDS[0], sequences=chunk.sequences, steps=chunk.steps, start=start, shrink=True)
    except Exception as error:
        return "\n".join([str(error), *getattr(error, "__notes__", [])])
    return ""
