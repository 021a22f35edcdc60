"""Photographs for the demo shop, drawn by code: products in busy rooms, as a phone takes them.

Knows nothing of the shop. The same Pillow draws the same pictures every time.
"""

import signal
from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import cpu_count, get_context

from .shots import SHOTS, taken

SIZE = (1400, 1050)  # pixels


@dataclass(frozen=True)
class Drawing:
    """A JPEG file with the product it shows and a caption in words."""

    product: str
    caption: str
    content: bytes


def drawn(size: tuple[int, int] = SIZE) -> Generator[Drawing, None, None]:
    """Draw the photographs, the pictures of one product one after another.

    Each takes one to three seconds, as many at a time as there are processors. Closing the
    generator waits for those at hand and begins no others.
    """
    # Fresh processes: a fork would share the parent's database connection.
    with ProcessPoolExecutor(cpu_count(), mp_context=get_context("spawn")) as processes:
        begun: deque[Future[Drawing]] = deque()
        for number in range(len(SHOTS)):
            if len(begun) == cpu_count():
                yield begun.popleft().result()
            begun.append(_begin(processes, number, size))
        while begun:
            yield begun.popleft().result()


def _begin(processes: ProcessPoolExecutor, number: int, size: tuple[int, int]) -> "Future[Drawing]":
    """Hand out one drawing. New processes inherit that Ctrl-C is none of their business."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return processes.submit(_drawing, number, size)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _drawing(number: int, size: tuple[int, int]) -> Drawing:
    shot = SHOTS[number]
    return Drawing(shot.product.name, shot.caption, taken(shot, size))
