import hashlib
import io
import random
import tempfile
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile, ImageOps, PngImagePlugin

from django_product_isolation.imaging import decoding
from django_product_isolation.imaging.copies import (
    MAX_RESULT_PIXELS,
    MAX_UPLOAD_BYTES,
    ImageRejected,
    anomalies,
    inspect,
    needs_conversion,
    prepare_for_upload,
    sha256_of,
    thumbnail,
)
from tests.imaging.pictures import (
    ORIENTATION,
    WITH_AVIF,
    assert_alike,
    deep_grey,
    picture,
    rejection,
    saved,
    several,
    turned,
    with_colour_key,
)
from tests.imaging.profiles import LAB, SRGB, SWAPPED

# An orientation in letters: one entry 0x0112 of type ASCII, four bytes long.
WORDY_EXIF = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x02\0\x04\0\0\0six\0\0\0\0\0"


def without_palette():
    body = saved(picture(mode="P")).getvalue()
    assert body[37:41] == b"PLTE"
    return body[:33] + body[45 + int.from_bytes(body[33:37], "big") :]


def prepared(file):
    """The image that would be sent, its facts and its bytes."""
    with prepare_for_upload(file) as ready:
        body = ready.file.read()
        assert ready.size == len(body)
    with Image.open(io.BytesIO(body)) as image:
        image.load()
    return image, ready.facts, body


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


@pytest.mark.parametrize("host_limit", [None, 1_000, 89_478_485])
@pytest.mark.parametrize("side", [7_212, 9_000, 10_000, 14_000])
def test_bomb_is_rejected_by_its_header_whatever_the_host_allows(monkeypatch, host_limit, side):
    file = saved(Image.new("1", (side, side)))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", host_limit)
    monkeypatch.setattr(Image.Image, "load", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore" if side == 9_000 else "error")
        assert rejection(inspect, file) == "too_many_pixels"


def test_webp_has_a_lower_limit_because_it_takes_more_memory():
    at_most = decoding.MAX_PIXELS_OF["WEBP"]
    file = saved(Image.new("RGB", (6_000, at_most // 6_000 + 1)), "WEBP", method=0)
    assert rejection(needs_conversion, file) == "too_many_pixels"


def test_picture_of_the_largest_size_is_accepted():
    width = 8_000
    largest = saved(Image.new("1", (width, decoding.MAX_PIXELS // width)))
    assert needs_conversion(largest)
    assert rejection(inspect, largest) == "too_many_pixels"
    width = 7_000
    facts = inspect(saved(Image.new("1", (width, MAX_RESULT_PIXELS // width))))
    assert facts.width * facts.height == MAX_RESULT_PIXELS


def test_text_bomb_is_rejected():
    text = PngImagePlugin.PngInfo()
    for number in range(100):
        text.add_text(f"note{number}", "x" * 1_000_000, zip=True)
    assert rejection(inspect, saved(picture(), pnginfo=text)) == "unreadable"


KINDS = {
    "png": saved(picture()).getvalue(),
    "png with palette": saved(picture(mode="P")).getvalue(),
    "png with alpha": saved(picture(mode="RGBA")).getvalue(),
    "jpeg": saved(picture(), "JPEG").getvalue(),
    "jpeg progressive": saved(picture(), "JPEG", progressive=True).getvalue(),
    "jpeg cmyk": saved(picture(mode="CMYK"), "JPEG").getvalue(),
    "webp": saved(picture(), "WEBP").getvalue(),
    "webp lossless": saved(picture(mode="RGBA"), "WEBP", lossless=True).getvalue(),
}


def pixels(body):
    with Image.open(io.BytesIO(body)) as image:
        return image.mode, image.size, image.tobytes()


@pytest.mark.parametrize("host_allows_halves", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_cut_image_is_rejected_or_pixel_equal(monkeypatch, kind, host_allows_halves):
    body = KINDS[kind]
    accepted = 0
    for percent in range(100):
        cut = body[: len(body) * percent // 100]
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", host_allows_halves)
        try:
            inspect(io.BytesIO(cut))
        except ImageRejected:
            continue
        accepted += 1
        assert ImageFile.LOAD_TRUNCATED_IMAGES is host_allows_halves
        monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
        assert pixels(cut) == pixels(body)
    assert accepted < 5


@settings(deadline=None)
@given(kind=st.sampled_from(sorted(KINDS)), length=st.floats(0, 1, exclude_max=True))
def test_image_cut_anywhere_is_rejected_or_pixel_equal(kind, length):
    body = KINDS[kind]
    cut = body[: int(len(body) * length)]
    try:
        inspect(io.BytesIO(cut))
    except ImageRejected:
        return
    assert pixels(cut) == pixels(body)


@settings(deadline=None, max_examples=300)
@given(kind=st.sampled_from(sorted(KINDS)), seed=st.integers(0, 2**32), flips=st.integers(1, 20))
def test_damaged_image_is_rejected_or_decodes_whole(kind, seed, flips):
    body = damaged(KINDS[kind], seed, flips)
    try:
        facts = inspect(io.BytesIO(body))
    except ImageRejected:
        return
    assert pixels(body)[:2] == (facts.mode, (facts.width, facts.height))


def damaged(body, seed, flips):
    body, chance = bytearray(body), random.Random(seed)
    for _ in range(flips):
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    return bytes(body)


SOURCE_KINDS = {
    **KINDS,
    "gif": several("GIF").getvalue(),
    "mpo": several("MPO").getvalue(),
    "bmp": saved(picture(), "BMP").getvalue(),
    **{name: saved(picture(), name).getvalue() for name in WITH_AVIF},
}


@settings(deadline=None, max_examples=300)
@given(
    kind=st.sampled_from(sorted(SOURCE_KINDS)), seed=st.integers(0, 2**32), flips=st.integers(1, 3)
)
def test_damaged_source_is_rejected_or_copied(kind, seed, flips):
    body = damaged(SOURCE_KINDS[kind], seed, flips)
    try:
        with prepare_for_upload(io.BytesIO(body)) as ready:
            assert inspect(ready.file) == ready.facts
        assert inspect(io.BytesIO(thumbnail(io.BytesIO(body), size=50))).format == "WEBP"
    except ImageRejected:
        return


@pytest.mark.skipif(not WITH_AVIF, reason="this Pillow reads no AVIF")
def test_avif_with_a_broken_table_is_rejected():
    body = SOURCE_KINDS["AVIF"].replace(b"pitm", b"pitn")
    assert rejection(needs_conversion, io.BytesIO(body)) == "unreadable"


def test_time_limit_of_a_worker_gets_through_the_decoder(monkeypatch):
    class SoftTimeLimitExceeded(Exception):
        pass

    def load(self):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", load)
    with pytest.raises(SoftTimeLimitExceeded):
        inspect(saved(picture()))


def odd(image, aspect_ratio="3:2", **options):
    file = saved(image, **options)
    return anomalies(file, inspect(file), aspect_ratio)


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


@pytest.mark.parametrize(
    "file",
    [
        saved(picture()),
        saved(picture(), "JPEG"),
        saved(picture(), "WEBP"),
        saved(picture(), icc_profile=SRGB),
        turned(1),
        turned(0),
        turned(9),
        saved(picture(), "JPEG", exif=WORDY_EXIF),
        saved(picture((4096, 3000)), "JPEG"),
        saved(picture(), "JPEG", exif=b"Exif\0\0no exif at all"),
    ],
)
def test_plain_image_is_sent_as_it_is(file):
    assert not needs_conversion(file)
    with prepare_for_upload(file) as ready:
        assert ready.file is file
        assert file.tell() == 0
        assert ready.size == len(file.getvalue())
        assert ready.facts == inspect(file)


@pytest.mark.parametrize(
    "file",
    [
        saved(picture((5000, 100)), "JPEG"),
        saved(picture(mode="L"), "JPEG"),
        saved(picture(mode="CMYK"), "JPEG"),
        saved(picture(mode="RGBA")),
        saved(picture(mode="P")),
        saved(picture(mode="1")),
        saved(picture(), icc_profile=SWAPPED),
        saved(picture(), icc_profile=b"no profile at all"),
        saved(picture(), "GIF"),
        saved(picture(), "BMP"),
        deep_grey()[0],
        with_colour_key(),
        turned(6),
        *(saved(picture(), name) for name in WITH_AVIF),
        *map(several, ("PNG", "GIF", "WEBP", "MPO", *WITH_AVIF)),
    ],
)
def test_every_other_image_is_sent_as_a_plain_jpeg(file):
    assert needs_conversion(file)
    image, facts, body = prepared(file)
    assert (facts.format, facts.extension, facts.mime_type) == ("JPEG", ".jpg", "image/jpeg")
    assert max(image.size) <= 4096
    assert not needs_conversion(io.BytesIO(body))
    assert file.tell() == 0


def test_file_beyond_the_upload_limit_is_made_smaller():
    file = saved(picture())
    file.seek(0, io.SEEK_END)
    file.write(bytes(MAX_UPLOAD_BYTES))
    assert needs_conversion(file)
    assert len(prepared(file)[2]) < 100_000


def test_large_image_keeps_its_shape():
    image, _, _ = prepared(saved(picture((5000, 2500)), "JPEG"))
    assert image.size == (4096, 2048)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
def test_copy_stands_upright(orientation, file_format):
    file = turned(orientation, picture(mode="RGBA").convert("RGB"), file_format)
    with Image.open(file) as original:  # a browser turns no WebP
        expected = original.copy() if file_format == "WEBP" else ImageOps.exif_transpose(original)
    with Image.open(io.BytesIO(thumbnail(file, size=120))) as shown:
        assert_alike(shown, expected)
    assert_alike(prepared(file)[0], expected)


def test_copy_shows_transparency_as_white():
    image = picture(mode="RGBA")
    image.paste((0, 0, 0, 0), (60, 40, 120, 80))
    copy, _, _ = prepared(saved(image))
    assert min(copy.getpixel((100, 60))) >= 250
    assert_alike(copy.crop((0, 0, 50, 30)), picture().crop((0, 0, 50, 30)))
    assert min(prepared(with_colour_key())[0].getpixel((5, 5))) >= 240


def test_transparency_of_other_modes_is_white_too():
    nothing = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    for file in (saved(nothing.convert("LA")), saved(nothing, "GIF"), saved(nothing, "WEBP")):
        assert min(prepared(file)[0].getpixel((32, 32))) >= 250


def test_colours_of_a_profile_are_brought_to_srgb():
    red = Image.new("RGB", (64, 64), (255, 0, 0))
    for options in ({}, {"file_format": "JPEG", "quality": 95}, {"file_format": "WEBP"}):
        copy, _, _ = prepared(saved(red, icc_profile=SWAPPED, **options))
        r, g, b = copy.getpixel((32, 32))
        assert (r < 30, g < 30, b > 225) == (True, True, True)
        assert "icc_profile" not in copy.info


@pytest.mark.parametrize("profile", [LAB, b"no profile at all", SWAPPED[:200]])
def test_profile_that_does_not_fit_is_passed_over(profile):
    copy, _, _ = prepared(saved(picture(), icc_profile=profile))
    assert_alike(copy, picture())


def test_deep_greys_keep_their_brightness():
    file, grey = deep_grey()
    assert_alike(prepared(file)[0], grey)


def test_copy_carries_no_metadata():
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    exif[0x010E] = "canary"
    file = saved(picture(), "JPEG", exif=exif, comment=b"canary", xmp=b"<x>canary</x>")
    assert file.getvalue().count(b"canary") == 3
    with prepare_for_upload(file) as copy:
        assert b"canary" not in copy.file.read()
    assert b"canary" not in thumbnail(file, size=64)


def test_truncated_source_is_rejected_before_it_is_sent():
    half = io.BytesIO(saved(picture(), "GIF").getvalue()[:2000])
    assert rejection(needs_conversion, half) == "unreadable"
    with pytest.raises(ImageRejected), prepare_for_upload(half):
        pass


def test_error_while_sending_is_not_taken_for_one_of_the_image():
    for file in (saved(picture()), saved(picture(), "GIF")):
        with pytest.raises(OSError, match="no network"), prepare_for_upload(file):
            raise OSError("no network")


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_thumbnail_is_a_small_webp_of_the_same_shape(file_format):
    file = saved(picture((1200, 800)), file_format)
    small = thumbnail(file, size=300)
    facts = inspect(io.BytesIO(small))
    assert (facts.format, facts.width, facts.height) == ("WEBP", 300, 200)
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
