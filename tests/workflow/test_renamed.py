"""Until runs are moved to their field's new name, nothing is paid twice for want of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from django_product_isolation import NothingToIsolate, isolate, plan
from django_product_isolation.choices import Status
from django_product_isolation.host import target_for
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import advance
from django_product_isolation.workflow.backfill import Backfill
from tests.photos import make_image
from tests.renamed import make_old_run
from tests.shop import make_due, make_run, store_result
from tests.shops.catalogue.models import Poster, ProductImage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (Status.QUEUED, Reason.ALREADY_OPEN),
        (Status.PROCESSING, Reason.ALREADY_OPEN),
        (Status.READY, Reason.WAITS_FOR_REVIEW),
        (Status.HELD, Reason.NEEDS_ATTENTION),
    ],
)
def test_a_run_under_way_under_an_unknown_name_counts_as_open(status, reason):
    make_old_run(status)
    with pytest.raises(NothingToIsolate) as caught:
        isolate(ProductImage.objects.all())
    assert [one.reason for one in caught.value.skipped] == [reason]


def test_a_result_that_is_taken_back_under_an_unknown_name_counts_as_that():
    make_old_run(Status.RESTORING)
    assert [one.reason for one in plan(ProductImage.objects.all()).skipped] == [
        Reason.BEING_RESTORED
    ]


def test_other_images_are_in_nobodys_way():
    make_old_run(Status.READY)
    other = make_image("Other")
    assert [one.pk for one in plan(ProductImage.objects.all()).accepted] == [str(other.pk)]


@pytest.mark.parametrize("status", [Status.PROCESSING, Status.APPLIED, Status.REJECTED])
def test_the_back_catalogue_leaves_out_what_was_paid_under_an_unknown_name(status):
    make_old_run(status)
    assert Backfill(ProductImage.objects.all()).most == 0


def test_the_back_catalogue_takes_what_another_field_paid_for(settings):
    """Of a field that is named beside it, with a row of the same key that shows the same file."""
    run = make_run(Status.REJECTED)
    poster = {"catalogue.Poster": {"field": "given"}}
    settings.PRODUCT_ISOLATION = {
        **settings.PRODUCT_ISOLATION,
        "IMAGES": {**settings.PRODUCT_ISOLATION["IMAGES"], **poster},
    }
    number = target_for(Poster, "given").column_number
    IsolationRun.objects.filter(pk=run.pk).update(image_column=number)
    assert Backfill(ProductImage.objects.all()).most == 1


@pytest.mark.parametrize(("again", "taken"), [(False, 0), (True, 1)])
def test_the_back_catalogue_leaves_out_files_that_bear_our_mark(again, taken):
    """Also where no run is known: of a copied row, or one whose runs were removed."""
    image = make_image()
    name = store_result(image)["result_name"]
    ProductImage.objects.filter(pk=image.pk).update(original=name.replace("isolated-", "Isolated"))
    assert Backfill(ProductImage.objects.all(), again=again).most == taken


def test_a_file_that_is_called_isolated_by_the_shop_is_taken():
    image = make_image()
    ProductImage.objects.filter(pk=image.pk).update(original="products/isolated-mug.jpg")
    assert Backfill(ProductImage.objects.all()).most == 1


def test_a_paid_run_waits_for_its_name_and_is_not_given_up():
    run = make_old_run(Status.COLLECTING)
    for _ in range(12):
        make_due(run)
        advance(run.pk)
    run.refresh_from_db()
    assert run.status == Status.COLLECTING
    assert run.due_at is not None


@pytest.mark.parametrize(
    ("status", "ends"),
    [
        (Status.QUEUED, Status.HELD),
        (Status.RESTORING, Status.APPLIED),
        (Status.APPLIED, Status.APPLIED),
        (Status.RESTORED, Status.RESTORED),
    ],
)
def test_after_a_day_nothing_goes_on_asking_for_a_name_that_is_gone(status, ends):
    run = make_old_run(status)
    make_due(run)
    advance(run.pk)
    day = timezone.now() - timedelta(hours=25)
    RunEvent.objects.update(at=day)
    IsolationRun.objects.update(status_since=day - timedelta(hours=1))
    make_due(run)
    advance(run.pk)
    run.refresh_from_db()
    assert (run.status, run.due_at) == (ends, None)
