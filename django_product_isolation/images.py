"""Which images are acceptable as results and as sources, and the copies that are sent or shown.

Must not know where bytes come from or go to. Files are local and seekable, and stand at their
beginning when a function returns.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, TypeAlias, cast

from PIL import Image, ImageCms, ImageFile

from .choices import AspectRatio
from .decoding import (
    DECODER_FAILURES,
    EXTENSIONS,
    UPRIGHT,
    ImageFacts,
    ImageRejected,
    facts_of,
    opened,
    orientation_of,
    profile_of,
    size_of,
)

__all__ = [
    "ImageFacts",
    "ImageRejected",
    "Prepared",
    "inspect",
    "needs_preparing",
    "oddities",
    "prepare_for_upload",
    "sha256_of",
    "thumbnail",
]

RESULT_FORMATS = ("PNG", "JPEG", "WEBP")
SOURCE_FORMATS = tuple(EXTENSIONS)

MAX_UPLOAD_SIDE = 4096  # pixels (contract, section 8)
MAX_UPLOAD_BYTES = 50 * 1024 * 1024  # (contract, section 8)
MIN_RESULT_SIDE = 64  # pixels
RATIO_TOLERANCE = 1.05
FLAT_RANGE = 8  # of 255: darkest to brightest where nothing is to be seen
READ_CHUNK = 1024 * 1024  # bytes
SAVE_OPTIONS = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"quality": 80},
}


Bands: TypeAlias = tuple[tuple[int, int], ...]  # darkest and brightest value of each


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An image as Runflow should get it."""

    file: BinaryIO
    facts: ImageFacts
    size: int  # bytes


def inspect(file: BinaryIO) -> ImageFacts:
    """Decode a result whole: one PNG, JPEG or WebP picture. Raises ImageRejected."""
    with opened(file, RESULT_FORMATS) as picture:
        if getattr(picture, "is_animated", False):
            raise ImageRejected("animated")
        return facts_of(picture)


def oddities(file: BinaryIO, facts: ImageFacts, aspect_ratio: str) -> list[str]:
    """What makes an acceptable result implausible, so that a person should look at it.

    Any of too_small, wrong_ratio, flat_colour. Raises ImageRejected.
    """
    stretch = facts.width / facts.height / AspectRatio(aspect_ratio).fraction
    found = {
        "too_small": min(facts.width, facts.height) < MIN_RESULT_SIDE,
        "wrong_ratio": max(stretch, 1 / stretch) > RATIO_TOLERANCE,
        "flat_colour": _shows_nothing(file),
    }
    return [name for name, is_so in found.items() if is_so]


def needs_preparing(file: BinaryIO) -> bool:
    """Whether Runflow should get a copy rather than these bytes. Raises ImageRejected."""
    size = size_of(file)
    with opened(file, SOURCE_FORMATS) as picture:
        return not _is_ready(facts_of(picture), size)


@contextmanager
def prepare_for_upload(file: BinaryIO) -> Iterator[Prepared]:
    """Give what Runflow should get: these bytes, or a copy that leaves no room for doubt.

    The copy is an upright sRGB JPEG of the first frame, transparency on white, at most 4096 pixels
    a side. Raises ImageRejected.
    """
    facts, copy = _facts_and_copy(file)
    if copy is None:
        yield Prepared(file=file, facts=facts, size=size_of(file))
    else:
        with copy:
            yield Prepared(file=copy, facts=inspect(copy), size=size_of(copy))


def thumbnail(file: BinaryIO, *, size: int) -> bytes:
    """A WebP picture of at most ``size`` pixels a side, looking as in a browser, on white.

    Raises ImageRejected.
    """
    with opened(file, SOURCE_FORMATS) as picture:
        picture.draft(None, (2 * size, 2 * size))
        picture.load()
        return _copy(picture, size, "WEBP").getvalue()


def sha256_of(file: BinaryIO, *, max_bytes: int | None = None) -> tuple[str, int]:
    """The SHA-256 of a file in hex, and its size in bytes.

    Raises ImageRejected (too_many_bytes) when it is larger than ``max_bytes``.
    """
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(READ_CHUNK):
        digest.update(chunk)
        size += len(chunk)
        if max_bytes is not None and size > max_bytes:
            raise ImageRejected("too_many_bytes")
    file.seek(0)
    return digest.hexdigest(), size


def _is_ready(facts: ImageFacts, size: int) -> bool:
    return (
        facts.format in RESULT_FORMATS
        and facts.mode == "RGB"
        and facts.is_upright
        and facts.is_srgb
        and not facts.has_alpha
        and not facts.is_animated
        and max(facts.width, facts.height) <= MAX_UPLOAD_SIDE
        and size <= MAX_UPLOAD_BYTES
    )


def _facts_and_copy(file: BinaryIO) -> tuple[ImageFacts, BytesIO | None]:
    """A function of its own, so that the decoded pixels are gone while the copy is sent."""
    size = size_of(file)
    with opened(file, SOURCE_FORMATS) as picture:
        facts = facts_of(picture)
        copy = None if _is_ready(facts, size) else _copy(picture, MAX_UPLOAD_SIDE, "JPEG")
    return facts, copy


def _shows_nothing(file: BinaryIO) -> bool:
    with opened(file, RESULT_FORMATS) as picture:
        bands = cast("Bands", picture.convert("RGBA").getextrema())
    is_flat = all(brightest - darkest <= FLAT_RANGE for darkest, brightest in bands)
    _, opaquest = bands[3]
    return is_flat or opaquest <= FLAT_RANGE


def _copy(picture: ImageFile.ImageFile, side: int, file_format: str) -> BytesIO:
    """Save a decoded picture anew: upright, sRGB, no transparency, at most ``side`` pixels."""
    profile, orientation = profile_of(picture), orientation_of(picture)
    pixels = _in_common_mode(picture)
    pixels.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    pixels = _in_srgb(_on_white(pixels), profile)
    if orientation in UPRIGHT:
        pixels = pixels.transpose(UPRIGHT[orientation])
    pixels.info = {}  # Pillow would write comments and other metadata found there
    copy = BytesIO()
    pixels.save(copy, file_format, **SAVE_OPTIONS[file_format])
    copy.seek(0)
    return copy


def _in_common_mode(picture: Image.Image) -> Image.Image:
    """RGB, L, CMYK or RGBA: modes that can be resampled."""
    if picture.has_transparency_data:
        return picture if picture.mode == "RGBA" else picture.convert("RGBA")
    if picture.mode.startswith("I"):  # 16 bits a pixel, which convert() would clip to white
        return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return picture if picture.mode in ("RGB", "L", "CMYK") else picture.convert("RGB")


def _on_white(pixels: Image.Image) -> Image.Image:
    if pixels.mode != "RGBA":
        return pixels
    canvas = Image.new("RGB", pixels.size, "white")
    canvas.paste(pixels, mask=pixels)
    return canvas


def _in_srgb(pixels: Image.Image, profile: ImageCms.ImageCmsProfile | None) -> Image.Image:
    if profile is not None:
        try:
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(pixels, profile, srgb, outputMode="RGB")
        except DECODER_FAILURES:
            converted = None  # a profile that does not fit its picture says nothing
        if converted is not None:
            return converted
    return pixels.convert("RGB")
