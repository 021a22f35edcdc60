"""Photographs for the demo shop, drawn by code: products in busy rooms, as a phone takes them.

Knows nothing of the shop. The same Pillow draws the same pictures every time.
"""

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from .shots import SHOTS, taken

SIZE = (1400, 1050)  # pixels


@dataclass(frozen=True)
class Drawing:
    """A JPEG file with the product it shows and a caption in words."""

    product: str
    caption: str
    content: bytes


def drawn(size: tuple[int, int] = SIZE) -> Iterator[Drawing]:
    """Draw the photographs, the pictures of one product one after another.

    They are drawn in several processes, each takes one to three seconds.
    """
    with ProcessPoolExecutor(initializer=_ignore_interrupt) as processes:
        yield from processes.map(partial(_photo, size=size), range(len(SHOTS)))


def _photo(number: int, size: tuple[int, int]) -> Drawing:
    shot = SHOTS[number]
    return Drawing(shot.product.name, shot.caption, taken(shot, size))


def _ignore_interrupt() -> None:
    """Leave Ctrl-C to the process that asked for the drawings."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
