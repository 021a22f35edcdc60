import pytest
from PIL import Image, ImageChops

from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.sandbox.isolation.compose import (
    MARGIN,
    canvas_size,
    encoded,
    packshot,
)
from tests.sandbox.client import get_file
from tests.sandbox.drawing import drawn, opened


@pytest.mark.parametrize("sizes", ["nominal", "bucket"])
@pytest.mark.parametrize("resolution", list(Resolution))
@pytest.mark.parametrize("ratio", list(AspectRatio))
def test_every_size_has_its_proportions(ratio, resolution, sizes):
    width, height = canvas_size(ratio, resolution, sizes)
    assert width / height == pytest.approx(ratio.fraction, rel=0.02)
    assert 1 <= max(width, height) / resolution.long_side <= 1.6
    if sizes == "nominal":
        assert max(width, height) == resolution.long_side


def test_buckets_are_like_real_results():
    sixteen_nine = AspectRatio.LANDSCAPE_16_9
    assert canvas_size(sixteen_nine, Resolution.TWO_K, "bucket") == (2752, 1536)
    assert canvas_size(sixteen_nine, Resolution.ONE_K, "bucket") == (1376, 768)
    assert canvas_size(AspectRatio.SQUARE, Resolution.TWO_K, "bucket") == (2048, 2048)


def content_box(image):
    """Return where a picture differs from its background."""
    background = Image.new("RGB", image.size, image.getpixel((0, 0)))
    difference = ImageChops.difference(image, background).convert("L")
    return difference.point(lambda value: 255 * (value > 12)).getbbox()


@pytest.mark.parametrize("size", [(400, 400), (640, 360), (300, 533)])
@pytest.mark.parametrize("shape", ["ellipse", "box", "star"])
def test_the_product_is_whole_centred_and_keeps_the_margin(shape, size):
    picture, mask = drawn(shape)
    image = packshot(picture, mask, size, "white").convert("RGB")
    left, top, right, bottom = content_box(image)
    margin = MARGIN * min(size)
    gaps = (left, top, size[0] - right, size[1] - bottom)
    assert abs(gaps[0] - gaps[2]) <= 4 and abs(gaps[1] - gaps[3]) <= 4
    assert min(gaps) == pytest.approx(margin, abs=4)
    expected = mask.getbbox()
    shown = (right - left) / (bottom - top)
    assert shown == pytest.approx(
        (expected[2] - expected[0]) / (expected[3] - expected[1]), rel=0.05
    )


def test_no_colour_of_the_background_is_left_along_the_edge():
    """The drawn edge is soft and mixes product and background, as a photograph does."""
    picture, mask = (
        image.resize((200, 150), Image.Resampling.BOX) for image in drawn(background="#00ff00")
    )
    image = packshot(picture, mask, (600, 600), "white").convert("RGB")
    red, green, blue = image.split()
    assert ImageChops.subtract(green, ImageChops.lighter(red, blue)).getextrema()[1] < 40


def test_the_cut_is_sharp():
    picture, mask = drawn("box", background="#ffffff", colour="#000000")
    image = packshot(picture, mask, (600, 600), "white").convert("L")
    row = [image.getpixel((x, 300)) for x in range(300)]
    assert len([value for value in row if 20 < value < 235]) <= 8


@pytest.mark.parametrize(
    ("background", "corner"),
    [("white", (255, 255, 255, 255)), ("off_white", (246, 245, 242, 255))],
)
def test_the_background_is_plain(background, corner):
    picture, mask = drawn()
    assert packshot(picture, mask, (300, 300), background).getpixel((0, 0)) == corner


def test_an_empty_mask_shows_the_whole_picture_without_failing():
    picture, _ = drawn()
    image = packshot(picture, Image.new("L", picture.size), (300, 300), "white")
    assert image.size == (300, 300)


@pytest.mark.parametrize(
    ("image_format", "background", "mode"),
    [
        ("webp", "transparent", "RGBA"),
        ("png", "transparent", "RGBA"),
        ("jpeg", "transparent", "RGB"),
        ("webp", "white", "RGB"),
    ],
)
def test_files_are_opaque_unless_asked_otherwise(image_format, background, mode):
    picture, mask = drawn()
    content = encoded(packshot(picture, mask, (200, 200), background), image_format)
    image = opened(content)
    assert (image.format.lower(), image.mode) == (image_format, mode)


def test_a_jpeg_of_a_transparent_background_is_white():
    picture, mask = drawn()
    image = opened(encoded(packshot(picture, mask, (200, 200), "transparent"), "jpeg"))
    assert min(image.getpixel((3, 3))) > 250


def test_the_sandbox_can_be_started_with_bucket_sizes(start, client_of):
    api = client_of(start(sizes="bucket"))
    record = api.isolate(input={"aspect_ratio": "16:9"})
    image = opened(get_file(record["output"]["image_urls"][0]).content)
    assert image.size == (1376, 768)
