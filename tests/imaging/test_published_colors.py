"""Results are published in sRGB and eight bits, as a picture for screens."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageOps, PngImagePlugin

from tests.imaging.pictures import (
    deep_grey,
    picture,
    saved,
    turned,
)
from tests.imaging.profiles import (
    SWAPPED,
    from_lightness,
    from_linear,
    grey_profile,
    ink_profile,
    rgb_profile,
)

from .test_sanitizing import FORMATS, colour_difference, on_grey, published, shown, translucent


def swap(image):
    red, green, blue, *alpha = image.split()
    return Image.merge(image.mode, (blue, green, red, *alpha))


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("file_format", FORMATS)
def test_colours_of_a_foreign_profile_are_published_in_srgb(file_format, mode):
    image = picture() if mode == "RGB" or file_format == "JPEG" else translucent()
    file = saved(image, file_format, icc_profile=SWAPPED)
    body, facts = published(file)
    expected = swap(shown(file.getvalue()))
    assert (facts.format, facts.mode, facts.is_srgb) == (file_format, image.mode, True)
    assert "icc_profile" not in shown(body).info
    assert colour_difference(on_grey(shown(body)), on_grey(expected)) < 1.5


def test_turned_result_with_a_foreign_profile_and_alpha_is_set_right_in_all():
    file = turned(8, translucent(), "PNG", icc_profile=SWAPPED)
    with Image.open(file) as original:
        expected = swap(ImageOps.exif_transpose(original))
    result = shown(published(file)[0])
    assert result.getchannel("A").tobytes() == expected.getchannel("A").tobytes()
    assert colour_difference(on_grey(result), on_grey(expected)) < 0.5


def test_profile_behind_the_pixels_counts_as_any():
    body = saved(picture(), icc_profile=SWAPPED).getvalue()
    start = body.index(b"iCCP") - 4
    end = start + 12 + int.from_bytes(body[start : start + 4], "big")
    moved = body[:start] + body[end:-12] + body[start:end] + body[-12:]
    result = shown(published(io.BytesIO(moved))[0])
    assert colour_difference(result, swap(picture())) < 0.5


@pytest.mark.parametrize(
    ("image", "profile"),
    [
        (Image.new("RGB", (64, 64), (60, 60, 60)), rgb_profile(1)),
        (Image.new("L", (64, 64), 60), grey_profile(1)),
        (Image.new("LA", (64, 64), (60, 255)), grey_profile(1)),
        (Image.new("I;16", (64, 64), 60 * 257), grey_profile(1)),
    ],
)
def test_linear_light_of_any_mode_is_published_in_srgb(image, profile):
    result = shown(published(saved(image, icc_profile=profile))[0])
    expected = Image.new("RGB", (64, 64), (from_linear(60 / 255),) * 3)
    assert colour_difference(result, expected) < 1


def test_inks_are_published_as_a_picture_for_screens():
    cyan = Image.new("CMYK", (64, 64), (255, 0, 0, 0))
    body, facts = published(saved(cyan, "JPEG", quality=95))
    assert (facts.format, facts.mode) == ("JPEG", "RGB")
    assert colour_difference(shown(body), Image.new("RGB", (64, 64), (0, 255, 255))) < 2
    body, _ = published(saved(cyan, "JPEG", quality=95, icc_profile=ink_profile()))
    expected = Image.new("RGB", (64, 64), (from_lightness(75),) * 3)
    assert colour_difference(shown(body), expected) < 2


def test_deep_greys_are_published_in_eight_bits():
    file, grey = deep_grey()
    assert colour_difference(shown(published(file)[0]), grey) < 0.5


def test_colour_key_of_deep_greys_stays_transparent():
    deep = shown(deep_grey()[0].getvalue())
    file = saved(deep, transparency=deep.getpixel((5, 128)))
    result = shown(published(file)[0])
    assert result.mode == "RGBA"
    assert [result.getpixel((5, y)) for y in (60, 128, 200)] == [
        (60, 60, 60, 255),
        (128, 128, 128, 0),
        (200, 200, 200, 255),
    ]


@pytest.mark.parametrize(("colour_type", "channels"), [(2, 3), (4, 2), (6, 4)])
def test_colours_of_16_bits_stay_as_they_came(colour_type, channels):
    row = b"\0" + struct.pack(f">{channels}H", *range(30000, 30000 + channels)) * 8
    header = struct.pack(">IIBBBBB", 8, 8, 16, colour_type, 0, 0, 0)
    body = PngImagePlugin._MAGIC + b"".join(
        struct.pack(">I4s", len(data), name) + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", header), (b"IDAT", zlib.compress(row * 8)), (b"IEND", b""))
    )
    assert published(io.BytesIO(body))[0] == body
