"""Asking for originals: what is begun, what is left alone, and what the request never does."""

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent, bulk
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import work_due
from django_product_isolation.workflow import (
    NothingToIsolate,
    plan,
    reject,
    restore_runs,
    stop_restoring,
)
from tests.photos import make_image, upload
from tests.shop import make_batch, make_images_without_files, make_run
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def touched(monkeypatch):
    """Whatever is asked of a storage; it answers nothing."""
    asked = []
    for name in ("_open", "_save", "open", "save", "exists", "size", "url", "delete", "path"):

        def refuse(self, *args, name=name, **kwargs):
            asked.append(name)
            raise PermissionError("403")

        monkeypatch.setattr(FileSystemStorage, name, refuse)
    return asked


def make_applied_rows(count: int) -> list[IsolationRun]:
    """Runs whose results are shown, without a file anywhere."""
    batch, runs = make_batch(), []
    for image in make_images_without_files(count):
        image.original.name = f"products/isolated-{image.pk}.webp"
        runs.append(
            IsolationRun(
                batch=batch,
                object_pk=str(image.pk),
                label=f"Cup {image.pk:04}",
                status=Status.APPLIED,
                due_at=None,
                source_name=f"products/{image.pk}.jpg",
                result_name=image.original.name,
            )
        )
        ProductImage.objects.filter(pk=image.pk).update(original=image.original.name)
    return IsolationRun.objects.bulk_create(runs)


def statuses() -> set[str]:
    return set(IsolationRun.objects.values_list("status", flat=True))


@pytest.mark.parametrize("door", ["images", "runs"])
def test_five_hundred_are_asked_for_in_a_few_queries_without_touching_a_file(door, touched):
    make_applied_rows(500)
    with CaptureQueriesContext(connection) as queries:
        if door == "images":
            done = restore(ProductImage.objects.all())
        else:
            done = restore_runs(IsolationRun.objects.select_related("batch"))
    assert (len(done.begun), done.skipped) == (500, [])
    assert statuses() == {Status.RESTORING}
    assert len(queries) < 40  # seven for each chunk of 200, and a few to begin with
    assert touched == []


def test_what_is_asked_for_is_due_at_once_and_takes_the_images_key(applied, image):
    restore(image)
    run = IsolationRun.objects.get(pk=applied.pk)
    assert (run.status, run.reason, run.is_open) == (Status.RESTORING, "", True)
    assert IsolationRun.objects.due().get() == run
    assert run.active_key == f"catalogue.productimage.original:{image.pk}"
    assert (run.lease_owner, run.lease_until, run.attempts) == (None, None, 0)


def test_workers_hear_of_it_once_it_is_committed(
    applied, image, django_capture_on_commit_callbacks
):
    told = []

    def listen(run_ids, **kwargs):
        told.extend(run_ids)

    work_due.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            restore(image)
            assert told == []
        assert told == [applied.pk]
    finally:
        work_due.disconnect(listen)


def test_the_click_stands_in_the_events_under_who_clicked(applied, image, admin_user):
    done = restore(image, user=admin_user)
    event = applied.events.get(status=Status.RESTORING)
    assert (event.actor, event.at, event.kind) == (admin_user, done.at, RunEvent.Kind.STATUS)


def test_a_second_click_and_a_second_person_change_nothing(applied, image, admin_user):
    restore(image, user=admin_user)
    again = restore(image)
    assert (again.begun, again.skipped) == ([], [("Enamel mug", Reason.BEING_RESTORED)])
    # The other page was drawn before the first click.
    late = restore_runs([IsolationRun.objects.select_related("batch").get(pk=applied.pk)])
    assert late.skipped == [("Enamel mug", Reason.BEING_RESTORED)]
    assert applied.events.filter(status=Status.RESTORING).count() == 1


def test_of_two_clicks_in_one_moment_one_begins_it(applied):
    one, other = (IsolationRun.objects.select_related("batch").get(pk=applied.pk) for _ in range(2))
    assert [run.pk for run in restore_runs([one]).begun] == [applied.pk]
    late = restore_runs([other])  # still applied, as far as it knows
    assert (late.begun, late.skipped) == ([], [("Enamel mug", Reason.BEING_RESTORED)])


def test_a_newer_upload_is_left_alone_and_said(applied, image):
    upload(image)
    for done in (restore(ProductImage.objects.all()), restore_runs([applied])):
        assert done.skipped == [("Enamel mug", Reason.NOTHING_TO_RESTORE)]
    assert statuses() == {Status.APPLIED}


REFUSED = {
    "restored": ({"status": Status.RESTORED}, Reason.IS_RESTORED),
    "superseded": ({"status": Status.SUPERSEDED}, Reason.NOTHING_TO_RESTORE),
    "rejected": ({"status": Status.REJECTED}, Reason.NOTHING_TO_RESTORE),
    "original pruned": ({"source_name": ""}, Reason.ORIGINAL_REMOVED),
    "result pruned": ({"result_name": ""}, Reason.NOTHING_TO_RESTORE),
}


@pytest.mark.parametrize(("columns", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_restored_is_refused_in_words_of_its_own(columns, reason, applied):
    IsolationRun.objects.update(**columns)
    run = IsolationRun.objects.select_related("batch").get()
    assert restore_runs([run]).skipped == [("Enamel mug", reason)]
    assert statuses() == {columns.get("status", Status.APPLIED)}


def test_a_run_that_lost_its_original_since_the_page_was_drawn_is_not_begun(applied):
    stale = IsolationRun.objects.select_related("batch").get()
    IsolationRun.objects.update(source_name="")
    assert restore_runs([stale]).skipped == [("Enamel mug", Reason.ORIGINAL_REMOVED)]
    assert statuses() == {Status.APPLIED}


def test_a_model_that_the_shop_names_no_more_is_said_and_stops_no_other(runflow):
    named, unnamed = make_run(Status.APPLIED, name="A"), make_run(Status.APPLIED, name="B")
    unnamed.batch.model_label = "catalogue.gone"
    done = restore_runs([unnamed, named])
    assert [run.pk for run in done.begun] == [named.pk]
    assert done.skipped == [("B", Reason.NOT_NAMED)]


def test_an_image_that_is_isolated_again_right_now_is_refused_alone():
    runs = [make_run(Status.APPLIED, name=name) for name in "ABC"]
    busy = ProductImage.objects.get(pk=runs[1].object_pk)
    make_run(Status.PROCESSING, image=busy)
    done = restore_runs(runs)
    assert [run.pk for run in done.begun] == [runs[0].pk, runs[2].pk]
    assert done.skipped == [("B", Reason.BEING_ISOLATED)]


def test_an_isolation_that_begins_in_the_last_moment_fails_only_its_own_image(monkeypatch):
    runs = [make_run(Status.APPLIED, name=name) for name in "ABC"]
    busy = ProductImage.objects.get(pk=runs[1].object_pk)
    real = bulk.open_in_one_go

    def late(keys, **options):
        if len(keys) == 3:
            make_run(Status.PROCESSING, image=busy)
        return real(keys, **options)

    monkeypatch.setattr(bulk, "open_in_one_go", late)
    done = restore_runs(runs)
    assert {run.pk for run in done.begun} == {runs[0].pk, runs[2].pk}
    assert done.skipped == [("B", Reason.BEING_ISOLATED)]
    assert RunEvent.objects.filter(status=Status.RESTORING).count() == 2


def test_while_it_is_restored_the_image_cannot_be_isolated(applied, image):
    restore(image)
    (skipped,) = plan(image).skipped
    assert skipped.reason == Reason.BEING_RESTORED
    with pytest.raises(NothingToIsolate):
        isolate(image)


def test_rows_that_a_join_gives_several_times_are_asked_for_once(applied, image):
    twice = ProductImage.objects.filter(pk=image.pk) | ProductImage.objects.none()
    done = restore_runs([applied, applied])
    assert len(done.begun) == 1
    assert restore(twice).skipped == [("Enamel mug", Reason.BEING_RESTORED)]
    assert applied.events.filter(status=Status.RESTORING).count() == 1


def test_images_of_many_products_are_asked_for_in_one_go():
    for name in "ABC":
        make_run(Status.APPLIED, name=name)
    make_image("D")
    done = restore(ProductImage.objects.all())
    assert len(done.begun) == 3
    assert done.skipped == [("D", Reason.NOTHING_TO_RESTORE)]


def test_within_a_transaction_of_the_hosts_that_fails_nothing_was_asked_for(applied, image):
    with pytest.raises(RuntimeError), transaction.atomic():
        assert len(restore(image).begun) == 1
        raise RuntimeError("the host's own work failed")
    assert statuses() == {Status.APPLIED}
    assert not applied.events.filter(status=Status.RESTORING).exists()


def test_no_money_is_reserved_for_a_run_that_is_being_restored(applied, image):
    # As a run of an early demo may be: applied, though nothing of Runflow's is known of it.
    IsolationRun.objects.update(cost=None, runflow_run_id=None)
    before = IsolationRun.objects.spending_since(applied.batch.created_at)
    restore(image)
    assert IsolationRun.objects.spending_since(applied.batch.created_at) == before == 0


def test_who_stops_a_restore_keeps_the_result(applied, image, admin_user):
    restore(image)
    run = IsolationRun.objects.get(pk=applied.pk)
    assert stop_restoring(run, user=admin_user)
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.APPLIED, Reason.RESTORE_STOPPED)
    assert (run.due_at, run.active_key) == (None, None)
    assert run.events.last().actor == admin_user
    assert not stop_restoring(run)
    assert len(restore(image).begun) == 1


def test_what_waits_for_review_is_no_obstacle_once_it_is_rejected():
    run = make_run(Status.APPLIED)
    image = ProductImage.objects.get(pk=run.object_pk)
    ready = make_run(Status.READY, image=image)
    assert restore(image).skipped == [("Enamel mug", Reason.BEING_ISOLATED)]
    reject(ready)
    assert len(restore(image).begun) == 1
