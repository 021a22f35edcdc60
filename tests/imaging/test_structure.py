"""Small files that would keep a decoder busy for long are refused before it sees them."""

import io
import struct
import threading
import time
import zlib

import pytest
from PIL import Image

from django_product_isolation.imaging import (
    decoding,
    inspect,
    needs_conversion,
    thumbnail,
    thumbnails,
)
from django_product_isolation.imaging.decoding import ImageRejected
from django_product_isolation.imaging.structure import TooCostly, refuse_costly
from tests.imaging.pictures import picture, rejection, saved, several

SMALL = picture((64, 48))


def progressive(size, scans):
    """A progressive JPEG whose last scan comes again and again; it has 10 by itself."""
    body = saved(Image.new("RGB", size, "teal"), "JPEG", progressive=True).getvalue()
    last = body.rfind(b"\xff\xda")
    return io.BytesIO(body[:last] + body[last:-2] * (scans - 9) + b"\xff\xd9")


def sequential(scans):
    """A plain JPEG, its one scan repeated."""
    body = saved(SMALL, "JPEG").getvalue()
    scan = body.rfind(b"\xff\xda")
    return io.BytesIO(body[:scan] + body[scan:-2] * scans + b"\xff\xd9")


def with_segments(segment, count):
    body = saved(SMALL, "JPEG").getvalue()
    return io.BytesIO(body[:2] + segment * count + body[2:])


def segment(marker, data):
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def with_chunks(name, data, count):
    body = saved(SMALL).getvalue()
    chunk = struct.pack(">I4s", len(data), name) + data
    chunk += struct.pack(">I", zlib.crc32(name + data))
    return io.BytesIO(body[:33] + chunk * count + body[33:])


def gif_with_comment(blocks):
    body = saved(SMALL, "GIF").getvalue()
    at = body.index(b"\x2c\0\0\0\0")
    return io.BytesIO(
        body[:at] + b"\x21\xfe" + (b"\xff" + bytes(range(255))) * blocks + b"\0" + body[at:]
    )


def gif_with_waste(waste):
    body = saved(SMALL, "GIF").getvalue()
    at = body.index(b"\x2c\0\0\0\0")
    return io.BytesIO(body[:at] + waste + body[at:])


def gif_in_small_blocks(blocks):
    body = saved(SMALL, "GIF").getvalue()
    at = body.index(b"\x2c\0\0\0\0") + 11
    return io.BytesIO(body[:at] + b"\1a" * blocks + body[at:])


def run_length_bmp(width, height, data):
    colours = bytes(1024)
    start = 54 + len(colours)
    head = struct.pack("<2sIHHI", b"BM", start + len(data), 0, 0, start)
    head += struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(data), 0, 0, 256, 0)
    return io.BytesIO(head + colours + data)


EXIF = segment(0xE1, b"Exif\0\0".ljust(65_000, b"a"))
TEXT = b"note\0\0" + zlib.compress(b"x" * 1_000_000)
COSTLY = {
    "progressive JPEG, 24 megapixels": (lambda: progressive((6000, 4000), 60), "too_many_scans"),
    "progressive JPEG, tiny": (lambda: progressive((64, 48), 5000), "too_many_scans"),
    "plain JPEG with its scan repeated": (lambda: sequential(200), "too_many_scans"),
    "JPEG with restart markers in vain": (
        lambda: with_segments(segment(0xDD, b"\0\1"), 6000),
        "too_many_parts",
    ),
    "JPEG of a million notes": (
        lambda: with_segments(segment(0xE1, b"Exif\0\0"), 1_000_000),
        "too_many_parts",
    ),
    "JPEG with EXIF of many megabytes": (lambda: with_segments(EXIF, 500), "too_many_parts"),
    "PNG of compressed texts": (lambda: with_chunks(b"zTXt", TEXT, 2000), "too_many_parts"),
    "PNG of empty pixels": (lambda: with_chunks(b"IDAT", b"", 200_000), "too_many_parts"),
    "GIF with a long comment": (lambda: gif_with_comment(20_000), "too_many_parts"),
    "GIF with bytes that mean nothing": (
        lambda: gif_with_waste(bytes(9_000_000)),
        "too_many_parts",
    ),
    "GIF of empty notes": (lambda: gif_with_waste(b"\x21\xfe\0" * 99_999), "too_many_parts"),
    "GIF in blocks of one byte": (lambda: gif_in_small_blocks(3_000_000), "too_many_parts"),
    "BMP that ends its rows early": (
        lambda: run_length_bmp(8000, 6000, b"\0\2\1\0\0\0" * 6000 + b"\0\1"),
        "too_many_parts",
    ),
}


@pytest.mark.parametrize("kind", COSTLY)
def test_a_file_that_costs_minutes_is_refused_at_once(kind):
    make, code = COSTLY[kind]
    file = make()
    begin = time.process_time()
    assert rejection(thumbnail, file, size=160) == code
    assert rejection(needs_conversion, file) == code
    assert time.process_time() - begin < 2


def test_a_costly_result_is_refused_as_a_costly_source_is():
    assert rejection(inspect, progressive((64, 48), 5000)) == "too_many_scans"


@pytest.mark.parametrize(
    "file",
    [
        progressive((6000, 4000), 30),
        progressive((64, 48), 100),
        with_segments(EXIF, 100),
        with_segments(segment(0xE2, bytes(5000)), 1000),
        with_chunks(b"tEXt", b"Comment\0made by hand", 500),
        gif_with_comment(1000),
        several("GIF"),
        several("MPO"),
        run_length_bmp(640, 480, b"\0\1"),
    ],
)
def test_what_cameras_and_editors_write_is_not(file):
    refuse_costly(file)
    assert file.tell() == 0


def test_scans_are_counted_as_the_decoder_finds_them():
    body = progressive((64, 48), 101).getvalue()
    hidden = segment(0xE1, b"\xff\xda" * 1000)  # is no scan: it stands within a segment
    refuse_costly(with_segments(hidden, 1))
    for disguised in (
        body.replace(b"\xff\xda", b"\xff\xff\xff\xda"),  # fill bytes
        body.replace(b"\xff\xda", b"garbage\xff\xda"),
        body.replace(b"\xff\xda", b"\xff\xd0\xff\xda"),  # a restart that nobody asked for
        body.replace(b"\xff\xda", b"\xff\x05\xff\xda"),  # a marker that means nothing
        body[:2] + hidden + body[2:],
    ):
        with pytest.raises(TooCostly, match="too_many_scans"):
            refuse_costly(io.BytesIO(disguised))


def test_millions_of_restart_markers_are_counted_in_no_time():
    body = saved(SMALL, "JPEG").getvalue()
    file = io.BytesIO(body[:-2] + b"\xff\xd0" * 10_000_000 + body[-2:])
    begin = time.process_time()
    refuse_costly(file)
    assert time.process_time() - begin < 1


def test_a_preview_of_what_takes_much_memory_is_refused_and_its_isolation_is_not():
    file = saved(Image.new("RGB", (6000, 5000)), "WEBP", method=0)
    assert rejection(thumbnail, file, size=160) == "too_many_pixels"
    with decoding.opened(file, ("WEBP",)) as image:
        assert image.size == (6000, 5000)


def test_a_jpeg_of_any_size_has_a_preview():
    file = saved(Image.new("RGB", (8600, 6000), "teal"), "JPEG")
    assert inspect(io.BytesIO(thumbnail(file, size=160))).width == 160


@pytest.fixture
def heavy_one_inside():
    """A large picture is being decoded by another thread."""
    inside, leave = threading.Event(), threading.Event()

    def stay():
        with decoding.opened(saved(Image.new("L", (4000, 4000))), ("PNG",)):
            inside.set()
            leave.wait(10)

    other = threading.Thread(target=stay)
    other.start()
    inside.wait(10)
    yield leave
    leave.set()
    other.join()


def test_large_pictures_are_decoded_one_at_a_time(heavy_one_inside, monkeypatch):
    monkeypatch.setattr(thumbnails, "THUMBNAIL_PATIENCE", 0.05)
    large, small = saved(Image.new("L", (4000, 4000))), saved(picture())
    thumbnail(small, size=160)
    assert rejection(thumbnail, large, size=160) == "busy"
    heavy_one_inside.set()
    monkeypatch.setattr(thumbnails, "THUMBNAIL_PATIENCE", 10)
    thumbnail(large, size=160)


def test_a_turn_is_given_back_after_a_failure():
    whole = saved(Image.new("L", (4000, 4000)), compress_level=0).getvalue()
    half = io.BytesIO(whole[:100_000])
    for _ in range(2):
        with pytest.raises(ImageRejected, match="unreadable"):
            thumbnail(half, size=160)
