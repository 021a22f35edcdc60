"""Small pictures of sources and results for the pages of staff."""

from collections.abc import Sequence
from typing import BinaryIO

from PIL import Image

from .decoding import opened
from .inspection import SOURCE_FORMATS
from .pixels import made_small, saved, shrink

THUMBNAIL_OPTIONS = {"quality": 85}
MAX_THUMBNAIL_MEMORY = 380_000_000  # bytes: the largest result, and photos of any camera
THUMBNAIL_PATIENCE = 10.0  # seconds that a person waits


def thumbnail(file: BinaryIO, *, size: int) -> bytes:
    """A JPEG picture of at most ``size`` pixels a side, looking as in a browser, on white.

    Raises ImageRejected, also for pictures that would take too much memory to be shown small.
    """
    return thumbnails_of(small_picture(file, size), sizes=[size])[0]


def small_picture(file: BinaryIO, size: int) -> Image.Image:
    """The picture upright, in sRGB, on white, at most ``size`` pixels a side.

    Raises ImageRejected, also for pictures that would take too much memory.
    """
    with opened(
        file,
        SOURCE_FORMATS,
        max_memory=MAX_THUMBNAIL_MEMORY,
        draft=size,
        patience=THUMBNAIL_PATIENCE,
    ) as picture:
        picture.load()
        return made_small(picture, size, is_preview=True)


def thumbnails_of(small: Image.Image, *, sizes: Sequence[int]) -> list[bytes]:
    """JPEG pictures of at most so many pixels a side, the largest first; none is blown up.

    WebP would take a third to a half fewer bytes, and seven times the time.
    """
    pixels, made = small.copy(), []
    for size in sorted(sizes, reverse=True):
        shrink(pixels, size, is_preview=True)
        made.append(saved(pixels, "JPEG", THUMBNAIL_OPTIONS).getvalue())
    return made
