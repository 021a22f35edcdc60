"""The two pictures as arrays of a size that is enough to judge them."""

from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from PIL import Image

from django_product_isolation.imaging.decoding import opened
from django_product_isolation.imaging.inspection import RESULT_FORMATS, SOURCE_FORMATS
from django_product_isolation.imaging.pixels import made_small

from .arrays import Array

SOURCE_SIDE = 1000  # pixels: a quarter of a 12-megapixel camera's, which a JPEG is decoded at
RESULT_SIDE = 840
MAX_MEMORY = 300_000_000  # bytes for decoding one of them
PATIENCE = 60.0  # seconds while other heavy pictures are decoded


@dataclass(frozen=True)
class Read:
    """``rgb`` is small, 8 bits; ``size`` is the file's own, width and height as shown."""

    rgb: Array
    size: tuple[int, int]


def read_source(file: BinaryIO) -> Read:
    """Raises ImageRejected."""
    return _read(file, SOURCE_FORMATS, SOURCE_SIDE)


def read_result(file: BinaryIO) -> Read:
    """Raises ImageRejected."""
    return _read(file, RESULT_FORMATS, RESULT_SIDE)


def _read(file: BinaryIO, formats: tuple[str, ...], side: int) -> Read:
    with opened(file, formats, max_memory=MAX_MEMORY, draft=side, patience=PATIENCE) as picture:
        size = picture.size
        picture.load()
        small = made_small(picture, side)
    longest = max(small.size)
    if longest < side:  # every distance in pixels is meant at this size
        fit = [max(1, round(length * side / longest)) for length in small.size]
        small = small.resize((fit[0], fit[1]), Image.Resampling.BICUBIC)
    return Read(np.asarray(small.convert("RGB")), size)
