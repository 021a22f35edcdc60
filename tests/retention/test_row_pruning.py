"""Which rows pruning deletes: none that knows a file, waits, or counts for a budget."""

from datetime import timedelta

import pytest
from django.utils import timezone

from django_product_isolation import site_clock
from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent, Selection
from django_product_isolation.retention import prune
from django_product_isolation.retention.file_pruning import Tally
from django_product_isolation.retention.pruning import prune_rows
from tests.shop import make_batch
from tests.shops.catalogue.models import ProductImage

from .history import LEFT_OVER, applied, begun, grow_old, make_image, upload

pytestmark = pytest.mark.django_db

ALL = {"rows": 30, "results": 30, "originals": 30}


def kept():
    return IsolationRun.objects.count(), IsolationBatch.objects.count(), RunEvent.objects.count()


@pytest.mark.parametrize("status", sorted(set(Status) - OPEN_STATUSES - {Status.APPLIED}))
def test_an_ended_run_goes_with_its_events_and_its_batch(status, image):
    run = begun(image, status, result=False)
    run.record(RunEvent.Kind.NOTE)
    grow_old()
    tally = prune(rows=30)
    assert (tally.runs, tally.batches) == (1, 1)
    assert kept() == (0, 0, 0)


@pytest.mark.parametrize("status", sorted(OPEN_STATUSES))
def test_an_open_run_stays_however_old(status, image):
    begun(image, status, result=False)
    grow_old()
    prune(rows=30)
    assert kept()[:2] == (1, 1)


def test_a_run_stays_while_it_knows_a_file_and_goes_with_the_start_after(image, fake_storage):
    run = begun(image, Status.FAILED)
    run.record(RunEvent.Kind.LEFTOVER, detail=LEFT_OVER)
    grow_old()
    prune(rows=30)
    assert kept()[:2] == (1, 1)
    assert prune(**ALL).runs == 0
    assert prune(**ALL).runs == 1
    assert kept() == (0, 0, 0)


def test_an_applied_run_stays_until_its_original_was_let_go_and_removed(image, fake_storage):
    applied(image)
    grow_old()
    for _ in range(2):
        prune(**ALL)
    assert kept()[0] == 1
    upload(image, b"newer")
    for _ in range(2):
        prune(rows=30, results=30)
    assert kept()[0] == 1
    for _ in range(2):
        prune(**ALL)
    assert kept() == (0, 0, 0)


def test_a_run_that_we_still_ask_about_stays(image):
    begun(image, Status.CANCELLED, result=False)
    grow_old()
    IsolationRun.objects.update(due_at=timezone.now())
    prune(rows=30)
    assert kept()[0] == 1


def test_young_runs_stay_and_their_batch_with_them(image):
    batch = make_batch()
    for _ in range(2):
        begun(image, Status.FAILED, result=False, batch=batch)
    grow_old()
    IsolationRun.objects.filter(pk=batch.runs.first().pk).update(status_since=timezone.now())
    tally = prune(rows=30, dry_run=True)
    assert (tally.runs, tally.batches) == (1, 0)
    assert prune(rows=30) == tally
    assert kept()[:2] == (1, 1)


def test_what_a_budget_of_this_month_counts_stays(image):
    begun(image, Status.RESTORED, result=False, cost="0.27", runflow_run_id="r")
    grow_old()
    batch = IsolationBatch.objects.get()
    month = site_clock.month_begins(timezone.now())
    batch.created_at = month
    batch.save()
    spent = IsolationRun.objects.spending_since(month)
    prune_rows(timezone.now(), None, Tally())
    assert IsolationRun.objects.spending_since(month) == spent > 0
    batch.created_at = month - timedelta(seconds=1)
    batch.save()
    prune_rows(timezone.now(), None, Tally())
    assert kept() == (0, 0, 0)


def test_one_model_can_be_pruned_alone(image, fake_storage):
    from django_product_isolation.host import target_for
    from tests.shops.catalogue.models import Swatch

    begun(image, Status.FAILED)
    begun(image, Status.FAILED, result=False)
    grow_old()
    swatches = target_for(Swatch)
    assert prune(**ALL, target=swatches).results == 0
    assert kept()[0] == 2
    tally = prune(**ALL, target=target_for(ProductImage))
    assert (tally.results, tally.runs) == (1, 1)


def test_thousands_of_rows_go_in_chunks_and_are_said_exactly(image):
    batch = make_batch()
    source = ProductImage.objects.values_list("original", flat=True).get()
    IsolationRun.objects.bulk_create(
        IsolationRun(
            batch=batch,
            object_pk=str(image.pk),
            label="Mug",
            status=Status.FAILED,
            source_name=source,
            due_at=None,
        )
        for _ in range(1234)
    )
    begun(make_image("Lamp", b"x"), Status.FAILED, result=False)
    grow_old()
    planned = prune(rows=30, dry_run=True)
    assert (planned.runs, planned.batches) == (1235, 2)
    assert prune(rows=30) == planned
    assert kept() == (0, 0, 0)


def test_what_was_chosen_goes_after_thirty_days_whatever_is_asked_for(fake_storage):
    now = timezone.now()
    for days in (29, 31):
        created = now - timedelta(days=days)
        Selection.objects.create(created_at=created, chosen=1, object_pks=["1"])
    assert prune(results=400, dry_run=True).selections == 1
    assert Selection.objects.count() == 2
    assert prune(results=400).selections == 1
    assert Selection.objects.get().created_at == now - timedelta(days=29)
