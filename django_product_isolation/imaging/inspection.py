"""Which pictures are acceptable as results, and which of them a person should look at.

Files are local and seekable, and stand at their beginning when a function returns.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from PIL import Image, ImageFile

from django_product_isolation.choices import AspectRatio

from .decoding import EXTENSIONS, ImageFacts, ImageRejected, facts_of, opened
from .pixels import in_common_mode

RESULT_FORMATS = ("PNG", "JPEG", "WEBP")
SOURCE_FORMATS = tuple(EXTENSIONS)
MIN_RESULT_SIDE = 64  # pixels
RATIO_TOLERANCE = 1.05
FLAT_RANGE = 8  # of 255: darkest to brightest where nothing is to be seen
MAX_RESULT_PIXELS = 21_000_000  # the largest known, 11 % over 4K squared, has 18.7 million
READ_CHUNK = 1024 * 1024  # bytes
FLAT_SIDE = 1024  # pixels, about: nobody sees what is gone when a picture is made as small


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An image as Runflow or the shop's customers should get it."""

    file: BinaryIO
    facts: ImageFacts
    size: int  # bytes
    source_type: str = ""  # what the file that it comes of said by IPTC's DigitalSourceType
    is_flat: bool = False  # nothing is to be seen
    small: Image.Image | None = None  # what it shows, where that was asked for


def inspect(file: BinaryIO) -> ImageFacts:
    """Decode a result whole: one PNG, JPEG or WebP picture. Raises ImageRejected."""
    with opened_result(file) as picture:
        return facts_of(picture)


def anomalies(result: Prepared, aspect_ratio: str) -> list[str]:
    """What makes an acceptable result implausible, so that a person should look at it.

    Any of too_small, wrong_ratio, flat_colour.
    """
    facts = result.facts
    stretch = facts.width / facts.height / AspectRatio(aspect_ratio).fraction
    found = {
        "too_small": min(facts.width, facts.height) < MIN_RESULT_SIDE,
        "wrong_ratio": max(stretch, 1 / stretch) > RATIO_TOLERANCE,
        "flat_colour": result.is_flat,
    }
    return [name for name, is_so in found.items() if is_so]


def shows_nothing(picture: Image.Image) -> bool:
    """Whether a decoded picture is of one colour, or is seen through everywhere."""
    pixels = in_common_mode(picture)
    pixels = pixels.reduce(max(1, min(pixels.size) // FLAT_SIDE))
    found: Any = pixels.getextrema()
    ranges = found if len(pixels.getbands()) > 1 else (found,)
    is_even = all(brightest - darkest <= FLAT_RANGE for darkest, brightest in ranges)
    return is_even or (pixels.mode in ("RGBA", "LA") and ranges[-1][1] <= FLAT_RANGE)


@contextmanager
def opened_result(file: BinaryIO) -> Iterator[ImageFile.ImageFile]:
    with opened(file, RESULT_FORMATS, max_pixels=MAX_RESULT_PIXELS) as picture:
        if getattr(picture, "is_animated", False):
            raise ImageRejected("animated")
        yield picture


def sha256_of(file: BinaryIO) -> tuple[str, int]:
    """The SHA-256 of a file in hex, and its size in bytes."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(READ_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return digest.hexdigest(), size
