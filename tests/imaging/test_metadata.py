import io
import struct

import pytest
from PIL import Image

from django_product_isolation.imaging.decoding import ImageRejected
from django_product_isolation.imaging.metadata import stripped
from tests.imaging.pictures import picture, saved
from tests.imaging.profiles import SRGB

PNG = saved(picture()).getvalue()
JPEG = saved(picture(), "JPEG").getvalue()
PROGRESSIVE = saved(picture(), "JPEG", progressive=True).getvalue()
WEBP = saved(picture(), "WEBP").getvalue()
JFIF = 2 + 18  # where the first segment of JPEG ends


def pixels(body):
    with Image.open(io.BytesIO(body)) as image:
        return image.convert("RGBA").tobytes()


def segment(marker, data):
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def test_preview_inside_the_first_jpeg_segment_is_left_out():
    header = JPEG[2:JFIF]
    assert header[4:9] == b"JFIF\0"
    with_preview = segment(0xE0, header[4:16] + b"\x02\x02" + b"face" * 3)
    assert stripped(JPEG[:2] + with_preview + JPEG[JFIF:], "JPEG") == JPEG


@pytest.mark.parametrize("marker", [0xE0, 0xEE])
def test_colour_segment_too_short_to_be_one_is_left_out(marker):
    short = segment(marker, {0xE0: b"JFIF\0\1", 0xEE: b"Adobe\0"}[marker])
    assert stripped(JPEG[:2] + short + JPEG[2:], "JPEG") == JPEG


def test_colours_that_only_a_segment_tells_stay_right():
    rgb = saved(picture(), "JPEG", keep_rgb=True).getvalue()
    assert b"Adobe" in rgb
    assert stripped(rgb, "JPEG") == rgb
    adobe = rgb.index(b"\xff\xee")
    longer = rgb[:adobe] + segment(0xEE, rgb[adobe + 4 : adobe + 16] + b"more") + rgb[adobe + 16 :]
    assert stripped(longer, "JPEG") == rgb


@pytest.mark.parametrize("filling", [b"\xff", b"\xff\xff\xff", b"\xff\x01", b"\xff\xd3"])
def test_fill_bytes_and_lone_markers_between_jpeg_segments_are_left_out(filling):
    assert stripped(JPEG[:JFIF] + filling + JPEG[JFIF:], "JPEG") == JPEG


def test_segments_between_the_scans_of_a_progressive_jpeg_are_left_out():
    second = PROGRESSIVE.index(b"\xff\xda", PROGRESSIVE.index(b"\xff\xda") + 2)
    noted = PROGRESSIVE[:second] + segment(0xFE, b"a note") + PROGRESSIVE[second:]
    assert pixels(noted) == pixels(PROGRESSIVE)
    assert stripped(noted, "JPEG") == PROGRESSIVE


def test_restart_markers_are_part_of_the_pixels():
    body = saved(picture(), "JPEG", restart_marker_blocks=1).getvalue()
    assert b"\xff\xd0" in body
    assert stripped(body + b"tail", "JPEG") == body


def test_missing_end_of_a_jpeg_is_put_there():
    assert stripped(JPEG[:-2], "JPEG") == JPEG


def test_png_ends_with_its_pixels():
    at = PNG.rindex(b"IEND") - 4
    assert stripped(PNG[:at] + struct.pack(">I", 0) + b"abcd" + bytes(4) + PNG[at:], "PNG") == PNG


def test_chunk_larger_than_it_can_mean_anything_is_left_out():
    at = PNG.index(b"IDAT") - 4
    large = struct.pack(">I", 5) + b"gAMA" + b"large" + bytes(4)
    small = struct.pack(">I", 4) + b"gAMA" + b"tiny" + bytes(4)
    assert stripped(PNG[:at] + large + PNG[at:], "PNG") == PNG
    assert stripped(PNG[:at] + small + PNG[at:], "PNG") == PNG[:at] + small + PNG[at:]


def test_png_that_had_a_profile_says_that_it_is_srgb():
    """Without it the gamma would count, which nobody heeds beside a profile."""
    tagged = saved(picture(), icc_profile=SRGB).getvalue()
    at = tagged.index(b"IDAT") - 4
    gamma = struct.pack(">I4sI", 4, b"gAMA", 100_000) + bytes(4)
    cleaned = stripped(tagged[:at] + gamma + tagged[at:], "PNG")
    assert b"iCCP" not in cleaned
    assert cleaned.index(b"sRGB") < cleaned.index(b"gAMA")
    with Image.open(io.BytesIO(stripped(tagged, "PNG"))) as image:
        assert image.info == {"srgb": 0}


def extended(flags, reserved, *chunks):
    size = struct.pack("<I", 119)[:3] + struct.pack("<I", 79)[:3]
    body = b"WEBPVP8X" + struct.pack("<IB", 10, flags) + reserved + size + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_webp_header_says_nothing_of_what_was_left_out():
    odd = b"ABCD" + struct.pack("<I", 3) + b"odd\0"
    body = extended(0x2C, b"abc", odd, WEBP[12:], odd)
    assert pixels(body) == pixels(WEBP)
    assert stripped(body, "WEBP") == extended(0, bytes(3), WEBP[12:])


def test_byte_that_fills_up_a_webp_chunk_is_zero():
    body, name, size = WEBP, *struct.unpack("<4sI", WEBP[12:20])
    assert name == b"VP8 "
    odd = struct.pack("<4sI", name, size + 1) + body[20 : 20 + size] + b"xy"
    cleaned = stripped(b"RIFF" + struct.pack("<I", len(odd) + 4) + b"WEBP" + odd, "WEBP")
    assert cleaned[-2:] == b"x\0"


@pytest.mark.parametrize(
    ("body", "file_format"),
    [
        (PNG[:20], "PNG"),
        (PNG[:-20], "PNG"),
        (PNG[:33] + PNG[-12:], "PNG"),
        (JPEG[:2], "JPEG"),
        (JPEG[:30], "JPEG"),
        (JPEG[:100], "JPEG"),
        (JPEG[:JFIF] + b"junk" + JPEG[JFIF:], "JPEG"),
        (JPEG[:JFIF] + b"\xff\xff", "JPEG"),
        (WEBP[:14], "WEBP"),
        (WEBP[:100], "WEBP"),
        (extended(0, bytes(3)), "WEBP"),
        (b"RIFF\x10\0\0\0WEBPVP8X\0\0\0\0", "WEBP"),
    ],
)
def test_file_whose_parts_do_not_add_up_is_unreadable(body, file_format):
    with pytest.raises(ImageRejected, match="unreadable"):
        stripped(body, file_format)
