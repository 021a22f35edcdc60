"""Every thumbnail shows the file that the image points at, after a swap and after a restore."""

import pytest
from django.core.files.storage import default_storage
from imagekit import ImageSpec, register
from imagekit.cachefiles import ImageCacheFile, LazyImageCacheFile
from imagekit.processors import ResizeToFit
from imagekit.specs.sourcegroups import ImageFieldSourceGroup
from oscar.core.thumbnails import get_thumbnailer

from .pixels import distance, opened, shows, stored_name
from .shop import ProductImage, images_of

SIZES = ("200x200", "70x", "x30")


class Small(ImageSpec):
    """Made when it is asked for, as imagekit does by default."""

    processors = [ResizeToFit(200, 200)]
    format = "PNG"


class SmallAtOnce(Small):
    """Made when an image is saved, and never looked for."""

    cachefile_strategy = "imagekit.cachefiles.strategies.Optimistic"


register.generator("shop:small", Small)
register.generator("shop:small_at_once", SmallAtOnce)
register.source_group("shop:small_at_once", ImageFieldSourceGroup(ProductImage, "original"))


def thumbnails_by_oscar(image) -> list[str]:
    make = get_thumbnailer().generate_thumbnail
    return [make(image.original, size=size).name for size in SIZES]


def thumbnails_on_pages(desk, product) -> list[str]:
    """Of the first image: in the dashboard, and where customers see it."""
    pages = [desk.product(product), desk.get(product.get_absolute_url())]
    return [
        stored_name(next(url for url in page.pictures if url.startswith("/media/")))
        for page in pages
    ]


def kit_by_default(image) -> list[str]:
    file = ImageCacheFile(Small(source=image.original))
    file.generate()
    return [file.name]


def kit_at_once(image) -> list[str]:
    return [LazyImageCacheFile("shop:small_at_once", source=image.original).name]


MAKERS = {
    "oscar": thumbnails_by_oscar,
    "imagekit": kit_by_default,
    "imagekit-optimistic": kit_at_once,
}


def there_and_back(desk, product, thumbnails) -> None:
    """Isolate the first image and put it back; ``thumbnails`` must follow each time."""
    image = images_of(product)[0]
    busy = image.original.name
    before = thumbnails()
    assert before
    assert all(shows(name, busy) for name in before)

    desk.isolate(product, image)
    clean = images_of(product)[0].original.name
    assert clean != busy
    after = thumbnails()
    assert [distance(name, clean) for name in after if not shows(name, clean)] == []
    assert not any(shows(name, busy) for name in after)

    desk.restore(product, image)
    assert images_of(product)[0].original.name == busy
    again = thumbnails()
    assert all(shows(name, busy) for name in again)
    assert not any(shows(name, clean) for name in again)
    for original in (busy, clean):
        assert opened(original).size > (0, 0)


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_thumbnails_follow_the_image_there_and_back(
    with_runflow, thumbnailer, desk, product, maker
):
    there_and_back(desk, product, lambda: maker(images_of(product)[0]))


def test_so_do_those_that_staff_and_customers_see(with_runflow, thumbnailer, desk, product):
    there_and_back(desk, product, lambda: thumbnails_on_pages(desk, product))


def test_thumbnails_that_oscar_deletes_take_no_original_with_them(
    with_runflow, thumbnailer, desk, product
):
    image = images_of(product)[0]
    busy = image.original.name
    thumbnails_by_oscar(image)
    desk.isolate(product, image)
    image = images_of(product)[0]
    clean, made = image.original.name, thumbnails_by_oscar(image)
    get_thumbnailer().delete_thumbnails(image.original)
    assert not default_storage.exists(clean)
    assert not any(default_storage.exists(name) for name in made)
    assert default_storage.exists(busy)
    desk.restore(product, image)
    assert images_of(product)[0].original.name == busy
    assert all(shows(name, busy) for name in thumbnails_by_oscar(images_of(product)[0]))
