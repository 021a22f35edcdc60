"""What the structure of an image file says about the cost of decoding it.

Read before any decoder sees the file: a few kilobytes can ask for minutes of a processor. Must not
decode anything, and must not know what an image is for.
"""

import mmap
import re
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import SEEK_END
from typing import BinaryIO

MAX_SCANS = 100  # cameras and editors write up to 14
MAX_SCANNED_PIXELS = 1_000_000_000  # over all scans: some 0.7 s, twice a plain 24-megapixel photo
MAX_SEGMENTS = 5_000
MAX_METADATA = 16 * 1024 * 1024  # bytes; Pillow takes quadratic time to put it together
MAX_CHUNKS, MAX_OTHER_CHUNKS = 100_000, 1_000  # of PNG, and those that hold no pixels
MAX_BLOCKS, MAX_PIXEL_BLOCKS = 4_096, 400_000  # of a GIF: in its extensions, and in its images
MAX_RUN_LENGTH_PIXELS, MAX_RUN_LENGTH_BYTES = 4_000_000, 8 * 1024 * 1024  # a loop in Python

EOI, SOS = 0xD9, 0xDA
# Those that have a segment, and the end; a million restart markers are passed over in no time.
JPEG_MARKER = re.compile(rb"\xff([\xc0-\xcf\xd9-\xfe])")
# Frame headers, which hold the size: all of C0 to CF but the tables DHT, JPG and DAC.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
PNG_PIXELS = (b"IDAT", b"fdAT", b"fcTL")
LARGE = 4 * 1024 * 1024  # bytes: such files lie on the disk
Body = bytes | mmap.mmap


class TooCostly(ValueError):
    """Decoding would take out of proportion. ``code``: too_many_scans or too_many_parts."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def refuse_costly(file: BinaryIO) -> None:
    """Raise TooCostly for a file that would keep its decoder busy for long.

    Other formats than JPEG, PNG, GIF and BMP have decoders that are bounded by their pixels. What
    is no whole file of its format is left to the decoder to refuse.
    """
    file.seek(0)
    start = file.read(8)
    look: Callable[[Body], None] | None = next(
        (look for magic, look in LOOKS.items() if start.startswith(magic)), None
    )
    if look is not None:
        with suppress(IndexError, struct.error), _body_of(file) as body:  # ends before its part
            look(body)
    file.seek(0)


def is_progressive(file: BinaryIO) -> bool:
    """Whether a JPEG is stored in several scans, all of which its decoder keeps in memory."""
    with _body_of(file) as body:
        markers = [marker for marker, _at in _jpeg_markers(body) if marker in FRAMES]
    file.seek(0)
    return bool(markers) and markers[0] in (0xC2, 0xC6, 0xCA, 0xCE)


@contextmanager
def _body_of(file: BinaryIO) -> Iterator[Body]:
    """The bytes of a file, of which a large one is not held in memory."""
    size = file.seek(0, SEEK_END) or file.tell()
    file.seek(0)
    if size <= LARGE:
        yield file.read()
        return
    try:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # it lies in memory
        yield file.read()
        return
    with mapped:
        yield mapped


def _look_at_jpeg(body: Body) -> None:
    pixels = scans = metadata = 0
    for segments, (marker, at) in enumerate(_jpeg_markers(body), start=1):
        if marker in FRAMES:
            height, width = struct.unpack_from(">HH", body, at + 3)
            pixels = max(pixels, width * height)
        elif marker == SOS:
            scans += 1
        elif marker >= 0xE0:
            metadata += struct.unpack_from(">H", body, at)[0]
        if scans > MAX_SCANS or scans * pixels > MAX_SCANNED_PIXELS:
            raise TooCostly("too_many_scans")
        if segments > MAX_SEGMENTS or metadata > MAX_METADATA:
            raise TooCostly("too_many_parts")


def _jpeg_markers(body: Body) -> Iterator[tuple[int, int]]:
    """Each marker that has a segment, and where that begins, as libjpeg finds them."""
    at = 2
    while found := JPEG_MARKER.search(body, at):
        marker, at = found.group(1)[0], found.end()
        if marker == EOI:
            return
        yield marker, at
        at += struct.unpack_from(">H", body, at)[0]


def _look_at_png(body: Body) -> None:
    at, chunks, others, name = 8, 0, 0, b""
    while name != b"IEND":
        size, name = struct.unpack_from(">I4s", body, at)
        chunks += 1
        others += name not in PNG_PIXELS
        if chunks > MAX_CHUNKS or others > MAX_OTHER_CHUNKS:
            raise TooCostly("too_many_parts")
        at += size + 12


def _look_at_gif(body: Body) -> None:
    """Up to the second image, which is as far as anybody here reads."""
    at, images, blocks, pixel_blocks = 13 + _gif_table(body[10]), 0, 0, 0
    while images < 2:
        name = body[at]
        if name == 0x3B:
            return
        if name == 0x2C:
            images += 1
            at += 11 + _gif_table(body[at + 9])
        elif name == 0x21:
            at += 2
        while name in (0x21, 0x2C) and (size := body[at]):
            at += 1 + size
            blocks += name == 0x21
            pixel_blocks += name == 0x2C
            if blocks > MAX_BLOCKS or pixel_blocks > MAX_PIXEL_BLOCKS:
                raise TooCostly("too_many_parts")
        # Pillow passes over what it does not know, byte by byte.
        blocks += 1
        if blocks > MAX_BLOCKS:
            raise TooCostly("too_many_parts")
        at += 1


def _gif_table(flags: int) -> int:
    return 3 << (flags % 8 + 1) if flags & 0x80 else 0


def _look_at_bmp(body: Body) -> None:
    width, height, _planes, _bits, compression = struct.unpack_from("<iiHHI", body, 18)
    if compression in (1, 2) and (
        abs(width * height) > MAX_RUN_LENGTH_PIXELS or len(body) > MAX_RUN_LENGTH_BYTES
    ):
        raise TooCostly("too_many_parts")


LOOKS: dict[bytes, Callable[[Body], None]] = {
    b"\xff\xd8\xff": _look_at_jpeg,
    b"\x89PNG\r\n\x1a\n": _look_at_png,
    b"GIF8": _look_at_gif,
    b"BM": _look_at_bmp,
}
