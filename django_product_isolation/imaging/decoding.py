"""Opening image files that may be hostile, and saying what they are.

Goes by content alone, decodes whole or not at all, and holds whatever the host has set in Pillow.
Must not know what an image is for. Files are local and seekable, and stand at their beginning when
a function returns.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from io import SEEK_END
from math import ceil
from typing import BinaryIO

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from django_product_isolation.forks import ForkSafeLock
from django_product_isolation.shortage import is_shortage

from .color import is_srgb
from .complete_decoding import require_complete
from .structure import TooCostly, is_progressive, refuse_costly

MAX_PIXELS = 52_000_000  # "50-megapixel" cameras give up to 51.3 million
# Their decoders take 16 bytes a pixel.
MAX_PIXELS_OF = {"WEBP": 34_000_000, "AVIF": 34_000_000}
BYTES_A_PIXEL = {"WEBP": 16, "AVIF": 16, "JPEG": 4, "MPO": 4}
OTHER_BYTES_A_PIXEL = 8  # four, and as many again in another mode
DEEP_BYTES_A_PIXEL = 12
COEFFICIENT_BYTES = 2  # of a progressive JPEG, for each pixel and band, however small it is drawn
HEAVY = 64_000_000  # bytes; pictures that take more are decoded one at a time

# No TIFF: a file of one kilobyte can name tiles of gigabytes, whatever size its image has. No EPS,
# PSD or SVG: they are programs or worlds of their own.
EXTENSIONS = {
    "PNG": ".png",
    "JPEG": ".jpg",
    "WEBP": ".webp",
    "GIF": ".gif",
    "BMP": ".bmp",
    "AVIF": ".avif",
}
# How to turn an image upright, by its EXIF orientation.
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises on hostile bytes. Not Exception: a worker's time limit must get through.
DECODER_FAILURES = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    Warning,
    struct.error,
    zlib.error,
)


# What to do around the decoding of a picture, for whoever must know that this process may not
# survive it.
around_decoding: ContextVar[Callable[[], AbstractContextManager[None]]] = ContextVar(
    "around_decoding", default=nullcontext
)


class ImageRejected(Exception):
    """The bytes are no acceptable image.

    ``code``: empty, not_an_image, unreadable, animated, too_many_pixels, too_many_scans,
    too_many_parts, or busy when others were decoded for too long.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class ImageFacts:
    """What an image is. Width and height are those of the stored pixels, before any rotation."""

    format: str  # Pillow's name, a key of EXTENSIONS
    extension: str  # with the dot
    mime_type: str
    width: int
    height: int
    mode: str  # Pillow's
    has_alpha: bool
    is_animated: bool  # or several pictures in one file
    is_upright: bool  # browsers turn nothing
    is_unturned: bool  # nor does any other reader
    is_srgb: bool


@contextmanager
def opened(
    file: BinaryIO,
    formats: Sequence[str],
    *,
    max_pixels: int = MAX_PIXELS,
    max_memory: int | None = None,
    draft: int | None = None,
    patience: float | None = None,
) -> Iterator[ImageFile.ImageFile]:
    """Open an image after a look at its structure; the decoder's errors become ImageRejected.

    ``max_memory`` in bytes is for decoding it, ``draft`` the longer side in pixels that is
    wanted at least, ``patience`` the seconds to wait while other heavy pictures are decoded.
    """
    if not size_of(file):
        raise ImageRejected("empty")
    Image.init()
    readable = [name for name in formats if name in Image.OPEN]
    with around_decoding.get()(), _failures_told(file):
        refuse_costly(file)
        with Image.open(file, formats=readable) as picture:
            limit = MAX_PIXELS_OF.get(str(picture.format), MAX_PIXELS)
            if picture.width * picture.height > min(limit, max_pixels):
                raise ImageRejected("too_many_pixels")
            memory = _memory_for(picture, file, draft)
            if max_memory is not None and memory > max_memory:
                raise ImageRejected("too_many_pixels")
            require_complete(picture)
            with _taking_turns(memory, patience):
                yield picture


@contextmanager
def _failures_told(file: BinaryIO) -> Iterator[None]:
    """Turn what decoders raise into ImageRejected, and leave the file at its beginning."""
    try:
        yield
    except TooCostly as error:
        raise ImageRejected(error.code) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageRejected("too_many_pixels") from None
    except UnidentifiedImageError:
        raise ImageRejected("not_an_image") from None
    except DECODER_FAILURES as error:
        if is_shortage(error):
            raise
        raise ImageRejected("unreadable") from error
    finally:
        file.seek(0)


def facts_of(picture: ImageFile.ImageFile) -> ImageFacts:
    """Decode ``picture`` whole, which alone proves that it is one, and say what it is."""
    picture.load()
    # Phones put a second picture behind a JPEG, and Pillow gives such files another name.
    name = "JPEG" if picture.format == "MPO" else str(picture.format)
    return ImageFacts(
        format=name,
        extension=EXTENSIONS[name],
        mime_type=Image.MIME[name],
        width=picture.width,
        height=picture.height,
        mode=picture.mode,
        has_alpha=picture.has_transparency_data,
        is_animated=getattr(picture, "is_animated", False),
        is_upright=orientation_of(picture) not in UPRIGHT,
        is_unturned=not is_turned_by_some(picture),
        is_srgb=is_srgb(picture),
    )


def orientation_of(picture: Image.Image) -> int:
    """How browsers turn a decoded picture: by EXIF alone, and not in a WebP; 1 for not at all.

    What XMP or a text of a PNG says, which Pillow takes too, is heard by no browser. For AVIF
    Pillow puts the file's own turns in the place of its EXIF.
    """
    if picture.format == "WEBP":
        return 1
    exif = Image.Exif()
    try:
        exif.load(picture.info.get("exif") or b"")
        return int(exif.get(ExifTags.Base.Orientation, 1))
    except DECODER_FAILURES:
        return 1


def is_turned_by_some(picture: Image.Image) -> bool:
    """Whether any reader, be it Pillow or a browser, might turn a decoded picture."""
    try:
        for_pillow = int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except DECODER_FAILURES:
        for_pillow = 1
    return orientation_of(picture) in UPRIGHT or for_pillow in UPRIGHT


def size_of(file: BinaryIO) -> int:
    """The size of ``file`` in bytes."""
    file.seek(0, SEEK_END)
    size = file.tell()  # not what seek() returns: a SpooledTemporaryFile's says nothing on 3.10
    file.seek(0)
    return size


def _memory_for(picture: ImageFile.ImageFile, file: BinaryIO, draft: int | None) -> int:
    """The bytes that decoding takes at most. A JPEG is decoded no larger than ``draft`` asks."""
    coefficients = 0
    if picture.format in ("JPEG", "MPO"):
        at = file.tell()
        if is_progressive(file):
            bands = len(picture.getbands())
            coefficients = picture.width * picture.height * bands * COEFFICIENT_BYTES
        file.seek(at)
        if draft:
            fit = min(1.0, draft / max(picture.size))
            picture.draft(None, (ceil(picture.width * fit), ceil(picture.height * fit)))
    each = BYTES_A_PIXEL.get(str(picture.format), OTHER_BYTES_A_PIXEL)
    if picture.mode.startswith("I"):
        each = DEEP_BYTES_A_PIXEL
    return coefficients + picture.width * picture.height * each


_heavy = ForkSafeLock()


@contextmanager
def _taking_turns(memory: int, patience: float | None) -> Iterator[None]:
    """Let one thread of the process at a time decode a picture that takes much memory (bytes).

    Waits at most ``patience`` seconds. Raises ImageRejected (busy).
    """
    if memory <= HEAVY:
        yield
        return
    lock = _heavy.current
    if not lock.acquire(timeout=-1 if patience is None else patience):
        raise ImageRejected("busy")
    try:
        yield
    finally:
        lock.release()
