"""What customers may see of a result: the picture and nothing else.

Files are local and seekable, and stand at their beginning when a function returns.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import Any, BinaryIO

from PIL import Image, ImageCms

from .color import in_srgb, profile_of
from .decoding import ImageFacts, ImageRejected, facts_of, orientation_of, size_of
from .inspection import Prepared, inspect, opened_result, shows_nothing
from .metadata import stripped
from .pixels import SAVE_OPTIONS, in_common_mode, made_small, saved, upright
from .provenance import source_type_in

PLAIN_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})  # 8 bits, no inks
BAND = 64  # rows


@contextmanager
def sanitized(file: BinaryIO, *, small: int | None = None) -> Iterator[Prepared]:
    """Give what customers may see of a result: the picture, upright and in sRGB, and nothing else.

    A picture that is so already keeps its pixels to the bit; any other is saved anew in its own
    format, with its transparency. The same file always gives the same bytes. ``small`` asks for the
    pixels, too, at most so many a side. Raises ImageRejected.
    """
    facts, seen = _looked_at(file, small)
    copy, facts = _published(file, facts)
    with copy:
        yield Prepared(file=copy, facts=facts, size=size_of(copy), **seen)


def _published(file: BinaryIO, facts: ImageFacts) -> tuple[BytesIO, ImageFacts]:
    if not _is_plain(facts):
        copy = saved(_normalize(file), facts.format, SAVE_OPTIONS[facts.format])
        return copy, inspect(copy)
    copy, is_same = _stripped(file, facts.format)
    if is_same:
        return copy, replace(facts, is_unturned=True)
    if _pixels_digest(copy) != _pixels_digest(file):
        raise ImageRejected("unreadable")  # a file that a browser might read in yet another way
    return copy, inspect(copy)


def _stripped(file: BinaryIO, file_format: str) -> tuple[BytesIO, bool]:
    body = file.read()
    file.seek(0)
    clean, is_same = stripped(body, file_format)
    return BytesIO(clean), is_same


def _is_plain(facts: ImageFacts) -> bool:
    return facts.is_upright and facts.is_srgb and facts.mode in PLAIN_MODES


def _looked_at(file: BinaryIO, small: int | None) -> tuple[ImageFacts, dict[str, Any]]:
    """Decode a result, once in most cases: what it is, and more of it for Prepared.

    A function of its own, as are those below, so that it keeps no pixels when it returns: two
    decoded pictures at a time would be too many.
    """
    with opened_result(file) as picture:
        facts = facts_of(picture)  # decodes it: a text may stand behind the pixels
        seen = {
            "source_type": source_type_in(picture.info.get("xmp")),
            "is_flat": shows_nothing(picture),
            "small": small and made_small(picture, small, is_preview=True),
        }
    return facts, seen


def _pixels_digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    with opened_result(file) as picture:
        picture.load()
        digest.update(repr((picture.mode, picture.size)).encode())
        for top in range(0, picture.height, BAND):
            band = picture.crop((0, top, picture.width, min(top + BAND, picture.height)))
            digest.update(band.convert("RGBA").tobytes())
    return digest.hexdigest()


def _normalize(file: BinaryIO) -> Image.Image:
    pixels, profile, orientation = _decoded(file)
    return upright(in_srgb(pixels, profile), orientation)


def _decoded(file: BinaryIO) -> tuple[Image.Image, ImageCms.ImageCmsProfile | None, int]:
    with opened_result(file) as picture:
        picture.load()  # a profile may stand behind the pixels
        profile, orientation = profile_of(picture), orientation_of(picture)
        pixels = in_common_mode(picture)
    return pixels.copy(), profile, orientation  # the decoder goes, which holds twice as much
