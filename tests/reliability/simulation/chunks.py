"""A part of the long run: so many stories, in a process and a world of its own."""

import gc
import signal
from contextlib import ExitStack
from dataclasses import dataclass

from tests.reliability.standalone import database, set_up

set_up()

from tests.reliability.simulator import World  # noqa: E402 (models need Django set up)

from .base import IMAGES  # noqa: E402
from .machine import story_of, tell  # noqa: E402
from .shorten import shortened, what_goes_wrong, written_down  # noqa: E402
from .totals import Totals  # noqa: E402

KEPT = ExitStack()
WORLDS: list[World] = []
YOUNG = 50_000  # objects until the collector looks at them: a story leaves few cycles behind


@dataclass(frozen=True)
class Chunk:
    """Which stories: those with these numbers, of so many steps, from one seed."""

    numbers: range
    seed: int
    steps: int
    images: int = IMAGES


def begin() -> None:
    """Open the process's database and world, until it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us
    KEPT.enter_context(database())
    WORLDS.append(World())
    KEPT.enter_context(WORLDS[0].installed())
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)


def play(chunk: Chunk) -> tuple[Totals, list[str]]:
    """Tell the stories: what happened in them, and those that went wrong, made short."""
    totals, bad = Totals(), []
    for number in chunk.numbers:
        story = story_of(chunk.seed, number, chunk.steps, chunk.images)
        try:
            tell(WORLDS[0], story, totals)
        except Exception:
            bad.append(f"story {number} of seed {chunk.seed}:\n{shortest(story)}")
    return totals, bad


def shortest(story: list) -> str:
    short = shortened(WORLDS[0], story)
    return f"{what_goes_wrong(WORLDS[0], short)}\n{written_down(short)}"
