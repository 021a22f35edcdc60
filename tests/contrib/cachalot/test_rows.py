"""django-cachalot forgets a table at every write of Django's, a swap's UPDATE too."""

import pytest
from cachalot.api import invalidate
from cachalot.settings import cachalot_settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.moments import overdue
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def no_copies():
    invalidate()
    yield
    invalidate()


def reads(image):
    return {
        ProductImage.objects.get(pk=image.pk).original.name,
        image.product.images.all()[0].original.name,
        *ProductImage.objects.values_list("original", flat=True),
    }


def test_pages_show_the_new_picture_after_a_swap_and_the_old_one_after_a_restore(
    image, go_on, django_assert_num_queries
):
    original = image.original.name
    assert reads(image) == {original}
    with django_assert_num_queries(0):
        assert reads(image) == {original}
    run = go_on(isolate(image).runs.get())
    assert reads(image) == {run.result_name}
    go_on(*restore(image).begun)
    assert reads(image) == {original}


def test_an_upload_by_another_program_is_never_overwritten(image, go_on):
    run = go_on(isolate(image).runs.get(), Status.READY)
    reads(image)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_productimage SET original = 'products/newer.jpg'")
    assert go_on(run).status == Status.SUPERSEDED
    assert reads(image) == {"products/newer.jpg"}


def test_runs_that_come_due_as_time_goes_by_are_found(image):
    isolate(image)
    IsolationRun.objects.update(due_at=overdue())
    before = IsolationRun.objects.get().status
    call_command("isolation_worker", once=True, verbosity=0)
    assert IsolationRun.objects.get().status != before


def found():
    return [one.id for one in run_checks() if one.id.startswith("product_isolation.")]


def test_copies_of_our_tables_are_refused_by_check(monkeypatch):
    assert found() == []
    monkeypatch.setattr(cachalot_settings, "CACHALOT_UNCACHABLE_TABLES", frozenset())
    assert found() == ["product_isolation.E039"]
    monkeypatch.setattr(cachalot_settings, "CACHALOT_ENABLED", False)
    assert found() == []
