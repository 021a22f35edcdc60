"""Which images are acceptable as results and as sources, and the copies sent, shown and published.

Must not know where bytes come from or go to. Files are local and seekable, and stand at their
beginning when a function returns.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, cast

from PIL import Image, ImageCms, ImageFile

from django_product_isolation.choices import AspectRatio

from .color import in_srgb, profile_of
from .decoding import (
    EXTENSIONS,
    UPRIGHT,
    ImageFacts,
    ImageRejected,
    facts_of,
    opened,
    orientation_of,
    size_of,
)
from .metadata import stripped

__all__ = [
    "ImageFacts",
    "ImageRejected",
    "Prepared",
    "anomalies",
    "inspect",
    "needs_conversion",
    "on_white",
    "prepare_for_upload",
    "sanitized",
    "saved",
    "sha256_of",
    "size_of",
    "thumbnail",
]

RESULT_FORMATS = ("PNG", "JPEG", "WEBP")
SOURCE_FORMATS = tuple(EXTENSIONS)

MAX_UPLOAD_SIDE = 4096  # pixels (contract, section 8)
MAX_UPLOAD_BYTES = 50 * 1024 * 1024  # (contract, section 8)
MIN_RESULT_SIDE = 64  # pixels
RATIO_TOLERANCE = 1.05
FLAT_RANGE = 8  # of 255: darkest to brightest where nothing is to be seen
MAX_RESULT_PIXELS = 21_000_000  # the largest known, 11 % over 4K squared, has 18.7 million
PLAIN_MODES = frozenset({"1", "L", "LA", "P", "RGB", "RGBA"})  # 8 bits, no inks
READ_CHUNK = 1024 * 1024  # bytes
BAND = 64  # rows
SAVE_OPTIONS = {"PNG": {}, "JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"quality": 95}}
THUMBNAIL_OPTIONS = {"quality": 80}
MAX_THUMBNAIL_MEMORY = 380_000_000  # bytes: the largest result, and photos of any camera
THUMBNAIL_PATIENCE = 10.0  # seconds that a person waits


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """An image as Runflow or the shop's customers should get it."""

    file: BinaryIO
    facts: ImageFacts
    size: int  # bytes


def inspect(file: BinaryIO) -> ImageFacts:
    """Decode a result whole: one PNG, JPEG or WebP picture. Raises ImageRejected."""
    with _opened_result(file) as picture:
        return facts_of(picture)


def anomalies(file: BinaryIO, facts: ImageFacts, aspect_ratio: str) -> list[str]:
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


def needs_conversion(file: BinaryIO) -> bool:
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


@contextmanager
def sanitized(file: BinaryIO) -> Iterator[Prepared]:
    """Give what customers may see of a result: the picture, upright and in sRGB, and nothing else.

    A picture that is so already keeps its pixels to the bit; any other is saved anew in its own
    format, with its transparency. The same file always gives the same bytes. Raises ImageRejected.
    """
    copy, facts = _published(file)
    with copy:
        yield Prepared(file=copy, facts=facts, size=size_of(copy))


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
        return saved(_small(picture, size), "WEBP", THUMBNAIL_OPTIONS).getvalue()


def sha256_of(file: BinaryIO) -> tuple[str, int]:
    """The SHA-256 of a file in hex, and its size in bytes."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(READ_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return digest.hexdigest(), size


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


def _facts_and_copy(file: BinaryIO) -> tuple[ImageFacts, BytesIO | None]:
    """A function of its own, so that the decoded pixels are gone while the copy is sent."""
    size = size_of(file)
    with opened(file, SOURCE_FORMATS) as picture:
        facts = facts_of(picture)
        if _is_ready(facts, size):
            return facts, None
        return facts, saved(_small(picture, MAX_UPLOAD_SIDE), "JPEG", SAVE_OPTIONS["JPEG"])


@contextmanager
def _opened_result(file: BinaryIO) -> Iterator[ImageFile.ImageFile]:
    with opened(file, RESULT_FORMATS, max_pixels=MAX_RESULT_PIXELS) as picture:
        if getattr(picture, "is_animated", False):
            raise ImageRejected("animated")
        yield picture


def _published(file: BinaryIO) -> tuple[BytesIO, ImageFacts]:
    facts, shown = _facts_and_pixels(file)
    if not _is_plain(facts):
        copy = saved(_normalize(file), facts.format, SAVE_OPTIONS[facts.format])
        return copy, inspect(copy)
    body = file.read()
    file.seek(0)
    copy = BytesIO(stripped(body, facts.format))
    facts, shown_now = _facts_and_pixels(copy)
    if shown_now != shown:
        raise ImageRejected("unreadable")  # a file that a browser might read in yet another way
    return copy, facts


def _is_plain(facts: ImageFacts) -> bool:
    return facts.is_upright and facts.is_srgb and facts.mode in PLAIN_MODES


def _facts_and_pixels(file: BinaryIO) -> tuple[ImageFacts, str]:
    """A result's facts and, if it is plain, a digest of what it shows.

    A function of its own, as are those below, so that it keeps no pixels when it returns: two
    decoded pictures at a time would be too many.
    """
    digest = hashlib.sha256()
    with _opened_result(file) as picture:
        facts = facts_of(picture)
        for top in range(0, picture.height if _is_plain(facts) else 0, BAND):
            band = picture.crop((0, top, picture.width, min(top + BAND, picture.height)))
            digest.update(band.convert("RGBA").tobytes())
    return facts, digest.hexdigest()


def _normalize(file: BinaryIO) -> Image.Image:
    pixels, profile, orientation = _decoded(file)
    return _upright(in_srgb(pixels, profile), orientation)


def _decoded(file: BinaryIO) -> tuple[Image.Image, ImageCms.ImageCmsProfile | None, int]:
    with _opened_result(file) as picture:
        picture.load()  # a profile may stand behind the pixels
        profile, orientation = profile_of(picture), orientation_of(picture)
        pixels = _in_common_mode(picture)
    return pixels.copy(), profile, orientation  # the decoder goes, which holds twice as much


def _shows_nothing(file: BinaryIO) -> bool:
    with _opened_result(file) as picture:
        pixels = _in_common_mode(picture)
        bands = [pixels.getchannel(name).getextrema() for name in pixels.getbands()]
    ranges = cast("list[tuple[int, int]]", bands)
    is_flat = all(brightest - darkest <= FLAT_RANGE for darkest, brightest in ranges)
    return is_flat or (pixels.mode in ("RGBA", "LA") and ranges[-1][1] <= FLAT_RANGE)


def _small(picture: ImageFile.ImageFile, side: int) -> Image.Image:
    """A decoded picture upright, in sRGB, on white, at most ``side`` pixels a side."""
    profile, orientation = profile_of(picture), orientation_of(picture)
    pixels = _in_common_mode(picture)
    pixels.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return _upright(in_srgb(on_white(pixels), profile), orientation)


def _upright(pixels: Image.Image, orientation: int) -> Image.Image:
    return pixels.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else pixels


def saved(pixels: Image.Image, file_format: str, options: Mapping[str, int]) -> BytesIO:
    pixels.info = {}  # Pillow would write comments and other metadata found there
    copy = BytesIO()
    pixels.save(copy, file_format, **options)
    copy.seek(0)
    return copy


def _in_common_mode(picture: Image.Image) -> Image.Image:
    """RGB, L or CMYK, RGBA or LA: modes that can be resampled."""
    if picture.mode.startswith("I"):
        picture = _in_8_bits(picture)
    if picture.mode in ("RGBA", "LA"):
        return picture
    if picture.has_transparency_data:
        return picture.convert("LA" if picture.mode == "L" else "RGBA")
    return picture if picture.mode in ("RGB", "L", "CMYK") else picture.convert("RGB")


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """Greys of 16 bits, which convert() alone would clip to white."""
    greys = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    greys.info = dict(picture.info)
    if "transparency" in greys.info:
        greys.info["transparency"] //= 256
    return greys


def on_white(pixels: Image.Image) -> Image.Image:
    if pixels.mode not in ("RGBA", "LA"):
        return pixels
    canvas = Image.new("RGB", pixels.size, "white")
    canvas.paste(pixels, mask=pixels)
    return canvas
