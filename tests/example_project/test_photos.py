"""The demo's own pictures: two of each product, busy, and such that a product can be found."""

from collections import Counter
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat
from shop.photo_files import OWN, own_photos

from django_product_isolation.sandbox.isolation.engines import EngineUnavailable, choose_engine

# Where the product is, white: of all but the chair, whose legs are too thin for the engine.
MASKS = Path(__file__).parent / "masks"
MOST_BYTES = 1_500_000  # of all pictures together: everybody who clones the project loads them


@pytest.fixture(scope="module")
def photos():
    return list(own_photos())


@pytest.fixture(scope="module")
def engine():
    try:
        return choose_engine("u2netp")
    except EngineUnavailable as reason:
        pytest.skip(str(reason))


def opened(content: bytes) -> Image.Image:
    with Image.open(BytesIO(content)) as picture:
        return picture.convert("RGB")


def covered(mask: Image.Image) -> int:
    return mask.histogram()[255]


def test_every_product_has_two_photos_and_every_file_is_one(photos):
    counted = Counter(photo.product for photo in photos)

    assert set(counted.values()) == {2}
    assert len(counted) == 8
    assert len(photos) == len(list(OWN.rglob("*.webp")))
    assert all(photo.caption.startswith(f"{photo.product} ") for photo in photos)


def test_the_photos_are_large_in_pixels_and_small_in_bytes(photos):
    assert {opened(photo.content).size for photo in photos} == {(2000, 1500)}
    assert sum(len(photo.content) for photo in photos) < MOST_BYTES


def test_backgrounds_are_busy(photos):
    for photo in photos:
        picture = opened(photo.content)
        edge = picture.crop((0, 0, picture.width, picture.height // 3)).convert("L")
        assert ImageStat.Stat(edge).stddev[0] > 8, photo.caption


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    "mask", sorted(MASKS.glob("*/*.png")), ids=lambda mask: f"{mask.parent.name} {mask.stem}"
)
def test_the_sandbox_finds_the_whole_product(mask, engine):
    with Image.open(mask) as picture:
        product = picture.convert("L")
    found = engine.mask(opened((OWN / mask.relative_to(MASKS)).with_suffix(".webp").read_bytes()))
    found = found.resize(product.size).point([255 * (value > 127) for value in range(256)])

    common = covered(ImageChops.darker(found, product))
    assert common / covered(ImageChops.lighter(found, product)) > 0.85
