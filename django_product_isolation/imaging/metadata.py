"""Image files without all that is not the picture: metadata, profiles, and what lies behind it.

Knows the containers of PNG, JPEG and WebP by what stays, so that the unknown goes. Must not touch
compressed pixels; whether they can be decoded is for others to say.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator

from .decoding import ImageRejected

# Chunks that say how pixels look, and the most bytes that each can mean something with.
PNG_CHUNKS = {
    b"IHDR": 13,
    b"PLTE": 768,
    b"tRNS": 256,
    b"cHRM": 32,
    b"cICP": 4,
    b"gAMA": 4,
    b"IDAT": 2**31,
}
PNG_START = b"\x89PNG\r\n\x1a\n"

JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a segment
JPEG_SEGMENTS = frozenset({*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDD}) - {0xC8}
# Two application segments say in which colours the picture is stored, by their first bytes.
COLOUR_SEGMENTS = {0xE0: (b"JFIF\0", 12, b"\0\0"), 0xEE: (b"Adobe", 12, b"")}
# In a scan a decoder reads on over anything that is neither a table, a scan nor the end.
NEXT_SEGMENT = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")

WEBP_PIXELS = (b"VP8 ", b"VP8L")
WEBP_ALPHA = 0x10  # the one flag of VP8X that is about the picture

# Parts that tell a decoder nothing about pixels, whatever they hold.
SILENT_PNG_CHUNKS = frozenset(
    (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"pHYs", b"iCCP", b"sBIT", b"caBX")
)
SILENT_JPEG_SEGMENTS = frozenset({*range(0xE1, 0xF0), 0xFE}) - {0xEE}
SILENT_WEBP_CHUNKS = (b"ICCP", b"EXIF", b"XMP ", b"C2PA")


# In the place of something that went, and may have said how pixels are to be read.
DOUBT = None
Parts = Iterator[bytes | memoryview | None]


def stripped(body: bytes, file_format: str) -> tuple[bytes, bool]:
    """The image file ``body`` with nothing but its picture, which is taken to be in sRGB.

    With it, whether that picture is the same by construction, since what went is known to say
    nothing about pixels. ``file_format`` is PNG, JPEG or WEBP. Raises ImageRejected (unreadable).
    """
    parts_of: Callable[[memoryview], Parts] = {
        "PNG": _png,
        "JPEG": _jpeg,
        "WEBP": _webp,
    }[file_format]
    try:
        parts = list(parts_of(memoryview(body)))
        kept = [part for part in parts if part is not DOUBT]
        return b"".join(kept), len(kept) == len(parts)
    except (IndexError, struct.error) as error:
        raise ImageRejected("unreadable") from error


def _png(body: memoryview) -> Parts:
    yield PNG_START
    at, in_pixels, says_srgb = len(PNG_START), False, False
    while True:
        size, name = struct.unpack_from(">I4s", body, at)
        if in_pixels and name != b"IDAT":
            break
        in_pixels = name == b"IDAT"
        end = at + size + 12
        if name in (b"iCCP", b"sRGB"):
            if not says_srgb:  # gAMA and cHRM would come into force without it
                yield png_chunk(b"sRGB", b"\0")
            says_srgb = True
        elif size <= PNG_CHUNKS.get(name, -1):
            yield _whole(body, at, end)
        elif name not in SILENT_PNG_CHUNKS:
            yield DOUBT
        at = end
    if name != b"IEND":
        yield DOUBT
    yield png_chunk(b"IEND", b"")


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), name) + data + struct.pack(">I", zlib.crc32(name + data))


def _jpeg(body: memoryview) -> Parts:
    yield JPEG_START
    at, in_pixels = len(JPEG_START), False
    while not (in_pixels and at >= len(body)):  # a missing end is no fault of the pixels
        at, marker = _next_marker(body, at)
        if marker == END_OF_IMAGE:
            break
        if marker in ALONE:
            yield DOUBT
            continue
        (size,) = struct.unpack_from(">H", body, at)
        end = at + size
        if marker == START_OF_SCAN:
            in_pixels = True
            found = NEXT_SEGMENT.search(body, end)
            end = found.start() if found else len(body)
        yield from _kept_segment(marker, _whole(body, at, end))
        at = end
    else:
        yield DOUBT
    yield JPEG_END


def _next_marker(body: memoryview, at: int) -> tuple[int, int]:
    """The marker at ``at`` after its fill bytes, and where its segment begins."""
    if body[at] != 0xFF:
        raise IndexError("no marker")
    while body[at] == 0xFF:
        at += 1
    return at + 1, body[at]


def _kept_segment(marker: int, segment: memoryview) -> Parts:
    """What stays of a segment, which begins with its length."""
    if marker in JPEG_SEGMENTS:
        yield bytes((0xFF, marker))
        yield segment
    elif marker in COLOUR_SEGMENTS:
        name, size, ending = COLOUR_SEGMENTS[marker]
        data = bytes(segment[2:])
        if data.startswith(name) and len(data) >= size + len(ending):
            kept = data[:size] + ending
            yield struct.pack(">BBH", 0xFF, marker, 2 + len(kept)) + kept
        else:
            yield DOUBT
    elif marker not in SILENT_JPEG_SEGMENTS:
        yield DOUBT


def _webp(body: memoryview) -> Parts:
    chunks = list(_webp_chunks(body))
    size = sum(len(chunk) for chunk in chunks if chunk is not DOUBT)
    yield struct.pack("<4sI4s", b"RIFF", size + 4, b"WEBP")
    yield from chunks


def _webp_chunks(body: memoryview) -> Parts:
    at, name = 12, b""
    while name not in WEBP_PIXELS:
        name, size = struct.unpack_from("<4sI", body, at)
        data = _whole(body, at + 8, at + 8 + size)
        if name == b"VP8X":
            yield struct.pack("<4sIB3x", name, 10, data[0] & WEBP_ALPHA)
            yield _whole(data, 4, 10)
        elif name == b"ALPH" or name in WEBP_PIXELS:
            yield struct.pack("<4sI", name, size)
            yield data
            yield bytes(size % 2)
        elif name not in SILENT_WEBP_CHUNKS:
            yield DOUBT
        at += 8 + size + size % 2


def _whole(body: memoryview, start: int, end: int) -> memoryview:
    if end > len(body):
        raise IndexError("the file ends before its part")
    return body[start:end]
