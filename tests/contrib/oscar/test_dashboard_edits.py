"""What staff do in the dashboard after a swap: save, sort, add, replace, and variants."""

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun

from .shop import Product, ProductImage, images_of, photo_bytes

FORM = "create_update_product_form"


def save(desk, product, **changes):
    """Save the product's form in the dashboard as it was drawn, but for ``changes``."""
    page = desk.product(product)
    fields = [(name, value) for name, value in page.of(FORM) if name not in changes]
    saved = desk.post(page.path, [*fields, *changes.items()])
    assert "was not valid" not in saved.text, saved.text
    return saved


def names_of(product) -> list[str]:
    return [image.original.name for image in images_of(product)]


def test_saving_the_product_keeps_the_result_and_the_way_back(with_runflow, desk, product):
    first = images_of(product)[0]
    desk.isolate(product, first)
    shown = names_of(product)
    save(desk, product, **{"images-0-caption": "A mug, by itself"})
    assert names_of(product) == shown
    assert images_of(product)[0].caption == "A mug, by itself"
    desk.restore(product, first)
    assert names_of(product)[0] == IsolationRun.objects.get().source_name
    save(desk, product)
    assert names_of(product)[0] == IsolationRun.objects.get().source_name


def test_sorting_takes_results_along(with_runflow, desk, product):
    first, second, third = images_of(product)
    desk.isolate(product, first)
    clean = names_of(product)[0]
    order = dict(zip(("images-0", "images-1", "images-2"), ("2", "0", "1"), strict=True))
    save(desk, product, **{f"{form}-display_order": place for form, place in order.items()})
    assert [image.pk for image in images_of(product)] == [second.pk, third.pk, first.pk]
    assert names_of(product)[2] == clean
    desk.restore(product, first)
    assert names_of(product)[2] == IsolationRun.objects.get().source_name


def test_an_image_that_is_added_beside_a_result_is_one_to_isolate(with_runflow, desk, product):
    first = images_of(product)[0]
    desk.isolate(product, first)
    upload = SimpleUploadedFile("new.jpg", photo_bytes("gold"), "image/jpeg")
    save(desk, product, **{"images-3-original": upload, "images-3-caption": "new"})
    added = images_of(product)[-1]
    assert added.caption == "new"
    assert desk.product(product).buttons_for(added) == ["Isolate product"]
    desk.isolate(product, added)
    assert IsolationRun.objects.filter(status=Status.APPLIED).count() == 2


def test_a_picture_that_replaces_a_result_is_left_alone_by_a_restore(with_runflow, desk, product):
    first = images_of(product)[0]
    desk.isolate(product, first)
    run = IsolationRun.objects.get()
    upload = SimpleUploadedFile("newer.jpg", photo_bytes("gold"), "image/jpeg")
    save(desk, product, **{"images-0-original": upload})
    newer = names_of(product)[0]
    assert newer not in (run.result_name, run.source_name)
    assert desk.product(product).buttons_for(first) == ["Isolate product"]
    assert default_storage.exists(run.source_name)
    with default_storage.open(newer) as file:
        assert file.read() == photo_bytes("gold")


def test_a_variants_own_image_is_called_after_the_variant(with_runflow, desk, product):
    product.structure = Product.PARENT
    product.save()
    variant = Product.objects.create(
        structure=Product.CHILD, parent=product, title="Enamel mug, gold"
    )
    image = ProductImage.objects.create(
        product=variant,
        original=SimpleUploadedFile("gold.jpg", photo_bytes("gold"), "image/jpeg"),
    )
    desk.isolate(variant, image)
    run = IsolationRun.objects.get()
    assert (run.status, run.object_pk) == (Status.APPLIED, str(image.pk))
    assert run.label == "Enamel mug, gold"
    assert variant.primary_image().original.name == run.result_name
    desk.restore(variant, image)
    assert variant.primary_image().original.name == run.source_name


def test_a_variant_without_images_shows_those_of_its_parent(with_runflow, desk, product):
    product.structure = Product.PARENT
    product.save()
    variant = Product.objects.create(structure=Product.CHILD, parent=product, title="In gold")
    desk.isolate(product, images_of(product)[0])
    run = IsolationRun.objects.get()
    assert variant.primary_image().original.name == run.result_name


@pytest.mark.skipif(
    "forked" not in django_settings.SETTINGS_MODULE, reason="only with a forked catalogue"
)
def test_columns_of_a_forked_image_stay(with_runflow, desk, product):
    first = images_of(product)[0]
    ProductImage.objects.filter(pk=first.pk).update(photographer="Eve")
    desk.isolate(product, first)
    assert images_of(product)[0].photographer == "Eve"
