"""What the shop's own rows say besides the file stays as it was, and what goes when they go."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from django_product_isolation.models import IsolationRun
from django_product_isolation.retention import prune

from .shop import Product, ProductImage, images_of

# How somebody gets rid of an image.
DELETIONS = ("dashboard", "admin")


def everything_else(product) -> list[dict]:
    """The columns of the product and its images, without the images' files."""
    images = ProductImage.objects.filter(product=product).order_by("pk").values()
    rows = [*images, *Product.objects.filter(pk=product.pk).values()]
    return [{k: v for k, v in row.items() if k != "original"} for row in rows]


def delete(desk, product, image, how: str) -> None:
    if how == "admin":
        path = reverse("admin:catalogue_productimage_delete", args=[image.pk])
        page = desk.get(path)
        desk.post(path, [*page.of(""), ("post", "yes")])
        return
    page = desk.product(product)
    fields = page.of("create_update_product_form")
    ids = [name for name, value in fields if value == str(image.pk) and name.endswith("-id")]
    [field] = [name for name in ids if name.startswith("images-")]
    marked = [*fields, (field.replace("-id", "-DELETE"), "on")]
    assert desk.post(page.path, marked).path == reverse("dashboard:catalogue-product-list")


def grow_old() -> None:
    IsolationRun.objects.update(status_since=timezone.now() - timedelta(days=40), due_at=None)


def test_nothing_but_the_file_changes(with_runflow, desk, product):
    images = images_of(product)
    before = everything_else(product)
    desk.isolate(product, *images[:2])
    assert everything_else(product) == before
    desk.restore(product, images[0])
    assert everything_else(product) == before


@pytest.mark.parametrize("how", DELETIONS)
def test_a_deleted_neighbour_moves_the_order_up_and_nothing_else(with_runflow, desk, product, how):
    first, second, third = images_of(product)
    desk.isolate(product, second)
    clean = ProductImage.objects.get(pk=second.pk).original.name
    delete(desk, product, first, how)
    assert [image.pk for image in images_of(product)] == [second.pk, third.pk]
    second.refresh_from_db()
    assert second.original.name == clean
    assert (second.display_order, second.caption, second.code) == (0, "view 1", "Enamel mug-1")
    desk.restore(product, second)
    assert [image.display_order for image in images_of(product)] == [0, 1]
    assert images_of(product)[0].original.name == IsolationRun.objects.get().source_name


@pytest.mark.parametrize("how", DELETIONS)
def test_with_an_isolated_image_its_result_goes_and_the_original_is_left_to_prune(
    with_runflow, thumbnailer, desk, product, how
):
    image = images_of(product)[0]
    desk.isolate(product, image)
    run = IsolationRun.objects.get()
    delete(desk, product, image, how)
    assert not ProductImage.objects.filter(pk=image.pk).exists()
    assert not default_storage.exists(run.result_name)
    assert default_storage.exists(run.source_name)
    grow_old()
    assert prune(results=30).originals == 0
    assert default_storage.exists(run.source_name)
    assert prune(originals=30).originals == 1
    assert not default_storage.exists(run.source_name)


def test_with_a_restored_image_its_original_goes_and_the_result_is_left_to_prune(
    with_runflow, thumbnailer, desk, product
):
    image = images_of(product)[0]
    desk.isolate(product, image)
    desk.restore(product, image)
    run = IsolationRun.objects.get()
    delete(desk, product, image, "dashboard")
    assert not default_storage.exists(run.source_name)
    assert default_storage.exists(run.result_name)
    grow_old()
    assert prune(originals=30).originals == 0
    assert prune(results=30).results == 1
    assert not default_storage.exists(run.result_name)


def test_files_stay_where_the_shop_keeps_those_of_deleted_images(
    with_runflow, thumbnailer, desk, product
):
    """OSCAR_DELETE_IMAGE_FILES is read when Oscar starts, so the receiver is taken away here."""
    from django.db.models.signals import post_delete
    from oscar.apps.catalogue.receivers import delete_image_files

    assert post_delete.disconnect(delete_image_files, sender=ProductImage)
    try:
        image = images_of(product)[0]
        desk.isolate(product, image)
        run = IsolationRun.objects.get()
        delete(desk, product, image, "dashboard")
        assert default_storage.exists(run.source_name)
        assert default_storage.exists(run.result_name)
    finally:
        post_delete.connect(delete_image_files, sender=ProductImage)


def test_an_image_that_is_deleted_while_it_is_isolated_stays_deleted(with_runflow, desk, product):
    image, *others = images_of(product)
    confirm = desk.press(desk.product(product), "Isolate product", image)
    watched = desk.press(confirm, "Isolate 1 image for $0.27")
    delete(desk, product, image, "dashboard")
    desk.watch(watched, "The image was deleted in the meantime.")
    assert [other.pk for other in images_of(product)] == [other.pk for other in others]
