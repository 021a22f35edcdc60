import io
import struct
import zlib

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


def cleaned(body, file_format):
    return stripped(body, file_format)[0]


def segment(marker, data):
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def test_preview_inside_the_first_jpeg_segment_is_left_out():
    header = JPEG[2:JFIF]
    assert header[4:9] == b"JFIF\0"
    with_preview = segment(0xE0, header[4:16] + b"\x02\x02" + b"face" * 3)
    assert cleaned(JPEG[:2] + with_preview + JPEG[JFIF:], "JPEG") == JPEG


@pytest.mark.parametrize("marker", [0xE0, 0xEE])
def test_colour_segment_too_short_to_be_one_is_left_out(marker):
    short = segment(marker, {0xE0: b"JFIF\0\1", 0xEE: b"Adobe\0"}[marker])
    assert cleaned(JPEG[:2] + short + JPEG[2:], "JPEG") == JPEG


def test_colours_that_only_a_segment_tells_stay_right():
    rgb = saved(picture(), "JPEG", keep_rgb=True).getvalue()
    assert b"Adobe" in rgb
    assert cleaned(rgb, "JPEG") == rgb
    adobe = rgb.index(b"\xff\xee")
    longer = rgb[:adobe] + segment(0xEE, rgb[adobe + 4 : adobe + 16] + b"more") + rgb[adobe + 16 :]
    assert cleaned(longer, "JPEG") == rgb


@pytest.mark.parametrize("filling", [b"\xff", b"\xff\xff\xff", b"\xff\x01", b"\xff\xd3"])
def test_fill_bytes_and_lone_markers_between_jpeg_segments_are_left_out(filling):
    assert cleaned(JPEG[:JFIF] + filling + JPEG[JFIF:], "JPEG") == JPEG


def test_segments_between_the_scans_of_a_progressive_jpeg_are_left_out():
    second = PROGRESSIVE.index(b"\xff\xda", PROGRESSIVE.index(b"\xff\xda") + 2)
    noted = PROGRESSIVE[:second] + segment(0xFE, b"a note") + PROGRESSIVE[second:]
    assert pixels(noted) == pixels(PROGRESSIVE)
    assert cleaned(noted, "JPEG") == PROGRESSIVE


def test_restart_markers_are_part_of_the_pixels():
    body = saved(picture(), "JPEG", restart_marker_blocks=1).getvalue()
    assert b"\xff\xd0" in body
    assert cleaned(body + b"tail", "JPEG") == body


def test_missing_end_of_a_jpeg_is_put_there():
    assert cleaned(JPEG[:-2], "JPEG") == JPEG


def test_png_ends_with_its_pixels():
    at = PNG.rindex(b"IEND") - 4
    assert cleaned(PNG[:at] + struct.pack(">I", 0) + b"abcd" + bytes(4) + PNG[at:], "PNG") == PNG


def test_chunk_larger_than_it_can_mean_anything_is_left_out():
    at = PNG.index(b"IDAT") - 4
    large = struct.pack(">I", 5) + b"gAMA" + b"large" + bytes(4)
    small = struct.pack(">I", 4) + b"gAMA" + b"tiny" + bytes(4)
    assert cleaned(PNG[:at] + large + PNG[at:], "PNG") == PNG
    assert cleaned(PNG[:at] + small + PNG[at:], "PNG") == PNG[:at] + small + PNG[at:]


def test_png_that_had_a_profile_says_that_it_is_srgb():
    """Without it the gamma would count, which nobody heeds beside a profile."""
    tagged = saved(picture(), icc_profile=SRGB).getvalue()
    at = tagged.index(b"IDAT") - 4
    gamma = struct.pack(">I4sI", 4, b"gAMA", 100_000) + bytes(4)
    body_now = cleaned(tagged[:at] + gamma + tagged[at:], "PNG")
    assert b"iCCP" not in body_now
    assert body_now.index(b"sRGB") < body_now.index(b"gAMA")
    with Image.open(io.BytesIO(cleaned(tagged, "PNG"))) as image:
        assert image.info == {"srgb": 0}


def test_png_says_only_once_that_it_is_srgb():
    tagged = saved(picture(), icc_profile=SRGB).getvalue()
    at = tagged.index(b"IDAT") - 4
    says = struct.pack(">I", 1) + b"sRGB\0" + struct.pack(">I", zlib.crc32(b"sRGB\0"))
    assert cleaned(tagged[:at] + says + tagged[at:], "PNG").count(b"sRGB") == 1


def extended(flags, reserved, *chunks):
    size = struct.pack("<I", 119)[:3] + struct.pack("<I", 79)[:3]
    body = b"WEBPVP8X" + struct.pack("<IB", 10, flags) + reserved + size + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_webp_header_says_nothing_of_what_was_left_out():
    odd = b"ABCD" + struct.pack("<I", 3) + b"odd\0"
    body = extended(0x2C, b"abc", odd, WEBP[12:], odd)
    assert pixels(body) == pixels(WEBP)
    assert cleaned(body, "WEBP") == extended(0, bytes(3), WEBP[12:])


def test_byte_that_fills_up_a_webp_chunk_is_zero():
    body, name, size = WEBP, *struct.unpack("<4sI", WEBP[12:20])
    assert name == b"VP8 "
    odd = struct.pack("<4sI", name, size + 1) + body[20 : 20 + size] + b"xy"
    body_now = cleaned(b"RIFF" + struct.pack("<I", len(odd) + 4) + b"WEBP" + odd, "WEBP")
    assert body_now[-2:] == b"x\0"


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
        cleaned(body, file_format)


def png_with(name, data, *, behind=False):
    at = PNG.index(b"IEND" if behind else b"IDAT") - 4
    chunk = struct.pack(">I", len(data)) + name + data
    return PNG[:at] + chunk + struct.pack(">I", zlib.crc32(name + data)) + PNG[at:]


@pytest.mark.parametrize(
    ("body", "file_format"),
    [
        (PNG, "PNG"),
        (png_with(b"tEXt", b"Comment\0words"), "PNG"),
        (png_with(b"eXIf", b"MM\0*"), "PNG"),
        (JPEG, "JPEG"),
        (JPEG + b"tail", "JPEG"),
        (JPEG[:JFIF] + segment(0xE1, b"Exif\0\0MM") + JPEG[JFIF:], "JPEG"),
        (JPEG[:JFIF] + segment(0xFE, b"a note") + JPEG[JFIF:], "JPEG"),
        (WEBP, "WEBP"),
        (extended(0x2C, bytes(3), b"ICCP\2\0\0\0no", WEBP[12:], b"EXIF\2\0\0\0no"), "WEBP"),
    ],
)
def test_parts_that_say_nothing_of_pixels_leave_no_doubt_of_them(body, file_format):
    assert stripped(body, file_format)[1]


@pytest.mark.parametrize(
    ("body", "file_format"),
    [
        (png_with(b"gAMA", b"large"), "PNG"),
        (png_with(b"acTL", bytes(8)), "PNG"),
        (png_with(b"tRNS", bytes(6), behind=True), "PNG"),
        (png_with(b"tEXt", b"a\0b", behind=True), "PNG"),  # more might stand behind it
        (JPEG[:2] + segment(0xEE, b"Adobe\0") + JPEG[2:], "JPEG"),
        (JPEG[:JFIF] + segment(0xDC, b"\0\1") + JPEG[JFIF:], "JPEG"),
        (JPEG[:JFIF] + b"\xff\xd3" + JPEG[JFIF:], "JPEG"),
        (JPEG[:-2], "JPEG"),
        (extended(0, bytes(3), b"ANIM\2\0\0\0no", WEBP[12:]), "WEBP"),
    ],
)
def test_what_went_and_might_concern_pixels_leaves_a_doubt(body, file_format):
    assert not stripped(body, file_format)[1]
