"""What is sent to Runflow: the file as it is, or a plain copy that everybody reads alike."""

import io

import pytest
from PIL import Image, ImageOps

from django_product_isolation.imaging import (
    ImageRejected,
    inspect,
    needs_conversion,
    prepare_for_upload,
    thumbnail,
)
from django_product_isolation.imaging.conversion import MAX_UPLOAD_BYTES
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


def prepared(file):
    """The image that would be sent, its facts and its bytes."""
    with prepare_for_upload(file) as ready:
        body = ready.file.read()
        assert ready.size == len(body)
    with Image.open(io.BytesIO(body)) as image:
        image.load()
    return image, ready.facts, body


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
