"""Opening image files that may be hostile, and saying what they are.

Goes by content alone, decodes whole or not at all, and holds whatever the host has set in Pillow.
Must not know what an image is for. Files are local and seekable, and stand at their beginning when
a function returns.
"""

import struct
import threading
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO

from PIL import ExifTags, Image, ImageFile, UnidentifiedImageError

from .colours import is_srgb

MAX_PIXELS = 52_000_000  # "50-megapixel" cameras give up to 51.3 million
# Their decoders take 16 bytes a pixel.
MAX_PIXELS_OF = {"WEBP": 34_000_000, "AVIF": 34_000_000}

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
    MemoryError,
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

    ``code``: empty, not_an_image, unreadable, animated, too_many_pixels or too_many_bytes.
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
    is_upright: bool  # nothing is left to turn for whoever shows it
    is_srgb: bool


@contextmanager
def opened(
    file: BinaryIO, formats: Sequence[str], *, max_pixels: int = MAX_PIXELS
) -> Iterator[ImageFile.ImageFile]:
    """Open an image after a look at its header; the decoder's errors become ImageRejected."""
    if not size_of(file):
        raise ImageRejected("empty")
    Image.init()
    readable = [name for name in formats if name in Image.OPEN]
    with around_decoding.get()():
        yield from _opened(file, readable, max_pixels)


def _opened(file: BinaryIO, readable: list[str], max_pixels: int) -> Iterator[ImageFile.ImageFile]:
    try:
        with _whole_images_only, Image.open(file, formats=readable) as picture:
            limit = MAX_PIXELS_OF.get(str(picture.format), MAX_PIXELS)
            if picture.width * picture.height > min(limit, max_pixels):
                raise ImageRejected("too_many_pixels")
            yield picture
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageRejected("too_many_pixels") from None
    except UnidentifiedImageError:
        raise ImageRejected("not_an_image") from None
    except DECODER_FAILURES as error:
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
        is_srgb=is_srgb(picture),
    )


def orientation_of(picture: Image.Image) -> int:
    """The EXIF orientation of a decoded picture, 1 where there is none to be read."""
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except DECODER_FAILURES:
        return 1


def size_of(file: BinaryIO) -> int:
    """The size of ``file`` in bytes."""
    file.seek(0, SEEK_END)
    size = file.tell()  # not what seek() returns: a SpooledTemporaryFile's says nothing on 3.10
    file.seek(0)
    return size


class _WholeImagesOnly:
    """Keeps Pillow from passing off half a picture as a whole one, which hosts like to allow.

    The switch is one for the process, so it is off as long as any thread is inside.
    """

    def __init__(self) -> None:
        self._lock, self._inside, self._was_on = threading.Lock(), 0, False

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            self._was_on = self._was_on or ImageFile.LOAD_TRUNCATED_IMAGES
            ImageFile.LOAD_TRUNCATED_IMAGES = False

    def __exit__(self, *args: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._was_on and not self._inside:
                ImageFile.LOAD_TRUNCATED_IMAGES, self._was_on = True, False


_whole_images_only = _WholeImagesOnly()
