import hashlib
import io
import tempfile

import pytest
from PIL import Image

from django_product_isolation.imaging import (
    anomalies,
    inspect,
    needs_conversion,
    prepare_for_upload,
    sanitized,
    sha256_of,
    thumbnail,
)
from tests.imaging.pictures import (
    WITH_AVIF,
    picture,
    rejection,
    saved,
    several,
    turned,
)
from tests.imaging.profiles import SRGB, SWAPPED


def without_palette():
    body = saved(picture(mode="P")).getvalue()
    assert body[37:41] == b"PLTE"
    return body[:33] + body[45 + int.from_bytes(body[33:37], "big") :]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (saved(picture()), ("PNG", ".png", "image/png", 120, 80, "RGB")),
        (saved(picture(), "JPEG"), ("JPEG", ".jpg", "image/jpeg", 120, 80, "RGB")),
        (saved(picture(), "WEBP"), ("WEBP", ".webp", "image/webp", 120, 80, "RGB")),
        (saved(picture(mode="RGBA"), "WEBP"), ("WEBP", ".webp", "image/webp", 120, 80, "RGB")),
        (saved(picture(mode="CMYK"), "JPEG"), ("JPEG", ".jpg", "image/jpeg", 120, 80, "CMYK")),
        (saved(picture(mode="P")), ("PNG", ".png", "image/png", 120, 80, "P")),
    ],
)
def test_result_is_described_by_its_content(file, expected):
    facts = inspect(file)
    assert expected == (
        facts.format,
        facts.extension,
        facts.mime_type,
        facts.width,
        facts.height,
        facts.mode,
    )
    assert file.tell() == 0


def test_wherever_the_file_stands_it_is_read_from_its_beginning():
    file = saved(picture())
    file.seek(17)
    assert inspect(file).format == "PNG"
    file.seek(17)
    assert sha256_of(file)[1] == len(file.getvalue())


@pytest.mark.parametrize("max_size", [10, 1_000_000], ids=["on disk", "in memory"])
def test_spooled_file_is_as_good_as_any(max_size):
    with tempfile.SpooledTemporaryFile(max_size=max_size) as file:
        body = saved(picture(), "JPEG").getvalue()
        file.write(body)
        assert inspect(file).format == "JPEG"
        assert sha256_of(file)[1] == len(body)
        with prepare_for_upload(file) as ready:
            assert (ready.file, ready.size) == (file, len(body))
        assert thumbnail(file, size=50)
        assert file.tell() == 0


def test_facts_tell_rotation_colour_space_and_alpha():
    plain, odd = inspect(saved(picture(), "JPEG")), inspect(turned(6, icc_profile=SWAPPED))
    assert (plain.is_upright, plain.is_srgb, plain.has_alpha) == (True, True, False)
    assert (odd.is_upright, odd.is_srgb) == (False, False)
    assert inspect(saved(picture(), icc_profile=SRGB)).is_srgb
    assert not inspect(saved(picture(), icc_profile=b"no profile at all")).is_srgb
    translucent = picture(mode="RGBA")
    translucent.putalpha(99)
    assert inspect(saved(translucent)).has_alpha
    assert inspect(saved(picture(), transparency=(255, 0, 0))).has_alpha


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b"<!doctype html><title>502</title>", "not_an_image"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not_an_image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", "not_an_image"),
        (b"%PDF-1.7\n", "not_an_image"),
        (b"8BPS" + bytes(60), "not_an_image"),
        (bytes(1000), "not_an_image"),
        (b"\x89PNG\r\n\x1a\n", "not_an_image"),
        (b"\xff\xd8\xff\xd9", "not_an_image"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "unreadable"),
        (without_palette(), "unreadable"),
    ],
)
@pytest.mark.parametrize("function", [inspect, needs_conversion])
def test_what_is_no_image_is_rejected(function, body, code):
    assert rejection(function, io.BytesIO(body)) == code


@pytest.mark.parametrize(
    "file_format", ["GIF", "BMP", "TIFF", "ICO", "PPM", "JPEG2000", *WITH_AVIF]
)
def test_picture_in_another_format_is_no_result(file_format):
    assert rejection(inspect, saved(picture(), file_format)) == "not_an_image"


@pytest.mark.parametrize("file_format", ["TIFF", "ICO", "PPM", "JPEG2000"])
def test_picture_in_a_format_that_shops_do_not_show_is_no_source(file_format):
    assert rejection(needs_conversion, saved(picture(), file_format)) == "not_an_image"


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "MPO"])
def test_several_pictures_in_one_file_are_no_result(file_format):
    assert rejection(inspect, several(file_format)) == "animated"


def test_many_frames_are_counted_not_decoded(monkeypatch):
    frames = [Image.new("RGB", (8, 8), (n % 256, n // 256, 0)) for n in range(600)]
    file = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], method=0)
    monkeypatch.setattr(Image.Image, "load", None)
    assert rejection(inspect, file) == "animated"


def odd(image, aspect_ratio="3:2", **options):
    with sanitized(saved(image, **options)) as result:
        return anomalies(result, aspect_ratio)


def test_plausible_result_has_no_oddity():
    assert odd(picture((120, 80))) == []
    assert odd(picture((123, 80))) == []
    assert odd(picture((2752, 1536)), "16:9", file_format="WEBP") == []


@pytest.mark.parametrize("size", [(1, 1), (96, 63), (4000, 50)])
def test_tiny_result_is_odd(size):
    assert "too_small" in odd(picture(size))


@pytest.mark.parametrize("size", [(80, 120), (100, 100), (128, 80), (112, 80)])
def test_result_of_another_shape_is_odd(size):
    assert odd(picture(size)) == ["wrong_ratio"]


def test_result_that_shows_nothing_is_odd():
    nearly_white = Image.new("RGB", (120, 80), (250, 250, 250))
    nearly_white.paste((255, 255, 255), (0, 0, 60, 80))
    faint = Image.new("RGB", (120, 80), (240, 250, 250))
    faint.paste((255, 255, 255), (0, 0, 60, 80))
    invisible = picture(mode="RGBA")
    invisible.putalpha(3)
    cut_out = Image.new("RGBA", (120, 80))
    cut_out.paste("white", (30, 20, 90, 60))
    assert odd(Image.new("RGB", (120, 80), "white")) == ["flat_colour"]
    assert odd(Image.new("P", (120, 80))) == ["flat_colour"]
    assert odd(nearly_white) == ["flat_colour"]
    assert odd(invisible) == ["flat_colour"]
    assert odd(faint) == []
    assert odd(cut_out) == []


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_thumbnail_is_a_small_jpeg_of_the_same_shape(file_format):
    file = saved(picture((1200, 800)), file_format)
    small = thumbnail(file, size=300)
    facts = inspect(io.BytesIO(small))
    assert (facts.format, facts.width, facts.height) == ("JPEG", 300, 200)
    assert len(small) < 10_000
    assert file.tell() == 0


def test_thumbnail_of_a_small_picture_is_not_blown_up():
    assert inspect(io.BytesIO(thumbnail(saved(picture()), size=300))).width == 120


def test_thumbnail_of_a_bomb_is_rejected():
    assert rejection(thumbnail, saved(Image.new("1", (9000, 9000))), size=300) == "too_many_pixels"


def test_sha256_and_size_of_a_file():
    body = bytes(range(256)) * 10_000
    file = io.BytesIO(body)
    assert sha256_of(file) == (hashlib.sha256(body).hexdigest(), len(body))
    assert file.tell() == 0
