"""What Runflow is sent: the source as it is, or a copy that leaves no room for doubt."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from .decoding import ImageFacts, facts_of, opened, size_of
from .inspection import RESULT_FORMATS, SOURCE_FORMATS, Prepared, inspect
from .pixels import SAVE_OPTIONS, made_small, saved, shrink

MAX_UPLOAD_SIDE = 4096  # pixels (contract, section 8)
MAX_UPLOAD_BYTES = 50 * 1024 * 1024  # (contract, section 8)


def needs_conversion(file: BinaryIO) -> bool:
    """Whether Runflow should get a copy rather than these bytes. Raises ImageRejected."""
    size = size_of(file)
    with opened(file, SOURCE_FORMATS) as picture:
        return not _is_ready(facts_of(picture), size)


@contextmanager
def prepare_for_upload(file: BinaryIO, *, small: int | None = None) -> Iterator[Prepared]:
    """Give what Runflow should get: these bytes, or a copy that leaves no room for doubt.

    The copy is an upright sRGB JPEG of the first frame, transparency on white, at most 4096 pixels
    a side. ``small`` asks for the pixels, too, at most so many a side. Raises ImageRejected.
    """
    facts, copy, pixels = _facts_and_copy(file, small)
    if copy is None:
        yield Prepared(file=file, facts=facts, size=size_of(file), small=pixels)
    else:
        with copy:
            yield Prepared(file=copy, facts=inspect(copy), size=size_of(copy), small=pixels)


def _is_ready(facts: ImageFacts, size: int) -> bool:
    return (
        facts.format in RESULT_FORMATS
        and facts.mode == "RGB"
        and facts.is_unturned
        and facts.is_srgb
        and not facts.has_alpha
        and not facts.is_animated
        and max(facts.width, facts.height) <= MAX_UPLOAD_SIDE
        and size <= MAX_UPLOAD_BYTES
    )


def _facts_and_copy(
    file: BinaryIO, small: int | None
) -> tuple[ImageFacts, BytesIO | None, Image.Image | None]:
    """A function of its own, so that the decoded pixels are gone while the copy is sent."""
    size = size_of(file)
    with opened(file, SOURCE_FORMATS) as picture:
        facts = facts_of(picture)
        if _is_ready(facts, size):
            return facts, None, made_small(picture, small, is_preview=True) if small else None
        pixels = made_small(picture, MAX_UPLOAD_SIDE)
    copy = saved(pixels, "JPEG", SAVE_OPTIONS["JPEG"])
    if small:
        shrink(pixels, small, is_preview=True)
    return facts, copy, pixels if small else None
