"""Run by test_with_cleanup in a process of its own, where django-cleanup is installed."""

from itertools import permutations

import pytest
from django.core.files.base import ContentFile

from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.retention import prune
from tests.photos import photo_bytes
from tests.shops.catalogue.models import ProductImage

from .history import applied, field, grow_old, make_image
from .history import put_back as restored

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def image(fake_storage):
    return make_image("Mug", b"busy")


def fresh(image):
    return ProductImage.objects.filter(pk=image.pk).first()


def upload(image):
    """What the admin's form does."""
    if row := fresh(image):
        row.original.save("newer.jpg", ContentFile(photo_bytes()))


def put_back(image):
    restored(image)


def delete_product(image):
    if row := fresh(image):
        row.delete()


def delete_run(image):
    IsolationRun.objects.all().delete()
    IsolationBatch.objects.all().delete()


MOVES = [upload, put_back, delete_product, delete_run]


def test_the_other_app_is_at_work(image, fake_storage):
    row = fresh(image)
    upload(image)
    assert row.original.name not in fake_storage.files


@pytest.mark.parametrize(
    "order", list(permutations(MOVES)), ids=lambda o: "-".join(m.__name__ for m in o)
)
def test_the_original_stays_whatever_happens_to_its_result_and_in_whatever_order(
    order, image, fake_storage
):
    source = fresh(image).original.name
    result = applied(image).result_name
    for move in order:
        shows = ProductImage.objects.filter(pk=image.pk).values_list("original", flat=True).first()
        move(image)
        if shows == source and move in (upload, delete_product):
            # Staff themselves let it go where it was shown again: that is the shop's affair.
            assert source not in fake_storage.files
            return
        assert fake_storage.files[source] == b"busy"
        if shows == result and move in (upload, delete_product):
            assert result not in fake_storage.files
    grow_old()
    prune(results=30, originals=30)
    assert (source in fake_storage.files) == (not IsolationRun.objects.exists())


def test_what_the_other_app_took_is_noticed_and_restores_nothing(image, fake_storage):
    run = applied(image)
    upload(image)
    grow_old()
    tally = prune(results=30, originals=30)
    assert (tally.originals, tally.gone) == (1, 1)
    assert set(fake_storage.files) == {fresh(image).original.name}
    assert field().storage is fake_storage
    assert IsolationRun.objects.get(pk=run.pk).source_name == ""
