"""Small pictures of sources and results for the pages of staff."""

from typing import BinaryIO

from .decoding import opened
from .inspection import SOURCE_FORMATS
from .pixels import made_small, saved

THUMBNAIL_OPTIONS = {"quality": 80}
MAX_THUMBNAIL_MEMORY = 380_000_000  # bytes: the largest result, and photos of any camera
THUMBNAIL_PATIENCE = 10.0  # seconds that a person waits


def thumbnail(file: BinaryIO, *, size: int) -> bytes:
    """A WebP picture of at most ``size`` pixels a side, looking as in a browser, on white.

    Raises ImageRejected, also for pictures that would take too much memory to be shown small.
    """
    with opened(
        file,
        SOURCE_FORMATS,
        max_memory=MAX_THUMBNAIL_MEMORY,
        draft=2 * size,
        patience=THUMBNAIL_PATIENCE,
    ) as picture:
        picture.load()
        return saved(made_small(picture, size), "WEBP", THUMBNAIL_OPTIONS).getvalue()
