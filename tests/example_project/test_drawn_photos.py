"""The demo's own photographs: there, the same every time, and such that a product can be found."""

from collections import Counter
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat
from shop.drawn_photos import drawn
from shop.drawn_photos.shots import SHOTS, cut_out, taken

from django_product_isolation.sandbox.isolation.engines import EngineUnavailable, choose_engine

SIZE = (400, 300)


@pytest.fixture(scope="module")
def drawings():
    return list(drawn(SIZE))


@pytest.fixture(scope="module")
def engine():
    try:
        return choose_engine("u2netp")
    except EngineUnavailable as reason:
        pytest.skip(str(reason))


def opened(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content)) as picture:
        picture.load()
        return picture.convert("RGB")


def shot_of(caption: str):
    return next(shot for shot in SHOTS if shot.caption == caption)


def covered(mask: Image.Image) -> int:
    return mask.histogram()[255]


def test_every_product_has_two_photographs_one_after_the_other(drawings):
    names = [drawing.product for drawing in drawings]

    assert len(set(names)) >= 6
    assert set(Counter(names).values()) == {2}
    assert names[::2] == names[1::2]


def test_every_photograph_is_a_jpeg_of_its_own(drawings):
    for drawing in drawings:
        with Image.open(BytesIO(drawing.content)) as picture:
            assert (picture.format, picture.size) == ("JPEG", SIZE)
    assert len({drawing.content for drawing in drawings}) == len(drawings)
    assert len({drawing.caption for drawing in drawings}) == len(drawings)
    assert all(drawing.caption.startswith(drawing.product) for drawing in drawings)


def test_backgrounds_are_busy(drawings):
    for drawing in drawings:
        edge = opened(drawing.content).crop((0, 0, SIZE[0], SIZE[1] // 3)).convert("L")
        assert ImageStat.Stat(edge).stddev[0] > 8, drawing.caption


def test_the_same_photograph_comes_out_every_time(drawings):
    number = next(i for i, drawing in enumerate(drawings) if drawing.product == "Steel bottle")

    assert taken(SHOTS[number], SIZE) == drawings[number].content


@pytest.mark.parametrize(
    "caption",
    [
        "Enamel mug in the workshop",
        "Canvas sneaker in the street",
        "Backpack in the garden",
        "Headphones in the kitchen",
        "Plant pot in the street",
    ],
)
def test_the_sandbox_finds_the_whole_product(drawings, engine, caption):
    drawing = next(drawing for drawing in drawings if drawing.caption == caption)
    found = engine.mask(opened(drawing.content)).point(lambda value: 255 * (value > 127))
    product = cut_out(shot_of(caption), SIZE).getchannel("A")
    product = product.point(lambda value: 255 * (value > 127))

    common = covered(ImageChops.darker(found, product))
    assert common / covered(ImageChops.lighter(found, product)) > 0.85
