import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import callbacks
from django_product_isolation.workflow import (
    UnknownRun,
    WrongRun,
    advance,
    advance_for,
    receive_callback,
    resume,
)
from django_product_isolation.workflow.steps import STEPS
from tests.due_steps import sweep
from tests.photos import make_image
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


def callback(run, **fields):
    import json

    fields = {
        "event": "run.completed",
        "run_id": run.runflow_run_id or "01991d03-8dc0-7cba-a551-2100f80b56fc",
        "status": "succeeded",
        "metadata": {"run": str(run.pk)},
    } | fields
    return callbacks.parse(json.dumps(fields).encode())


def test_every_status_that_can_be_due_has_a_step():
    never_due = {Status.REJECTED}
    assert set(STEPS) == set(Status) - never_due


def test_nothing_is_done_for_a_run_that_is_not_due_or_not_there(run):
    IsolationRun.objects.update(due_at=None)
    assert advance(run.pk) is False
    assert advance(uuid4()) is False


def test_a_sweep_takes_one_step_of_each_due_run(runflow):
    for name in "ABC":
        make_image(name)
    batch = isolate(ProductImage.objects.all())
    runflow.behave(fault="stuck_in_queued", times=3)
    assert sweep() == 3
    assert {run.status for run in batch.runs.all()} == {Status.PROCESSING}
    assert sweep() == 0


def test_advancing_for_a_while_takes_steps_until_none_is_due(run, runflow):
    runflow.behave(fault="stuck_in_queued")
    advance_for([run.pk], seconds=60)
    run.refresh_from_db()
    assert run.status == Status.PROCESSING


def test_advancing_for_no_time_takes_one_step(runflow):
    for name in "AB":
        make_image(name)
    batch = isolate(ProductImage.objects.all())
    advance_for(batch.runs.values_list("pk", flat=True), seconds=0)
    assert batch.runs.filter(status=Status.QUEUED).count() == 1


def test_a_step_that_breaks_is_tried_again_and_then_a_person_is_asked(
    run, step, monkeypatch, caplog
):
    def broken(run):
        raise ZeroDivisionError("canary")

    submit = STEPS[Status.QUEUED]
    monkeypatch.setitem(STEPS, Status.QUEUED, broken)
    for _ in range(4):
        run = step(run)
        assert (run.status, run.reason) == (Status.QUEUED, Reason.CRASHED)
        assert run.due_at > timezone.now()
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.CRASHED)
    assert str(run.pk) in caplog.text
    assert "canary" not in str(list(RunEvent.objects.values_list("detail")))
    monkeypatch.setitem(STEPS, Status.QUEUED, submit)
    assert resume(run)
    assert step(run).status == Status.PROCESSING


class Killed(BaseException):
    """The end of a worker, as far as a test can have it in its own process."""


def deadly(run):
    raise Killed


def die_in_a_step(run, step):
    with pytest.raises(Killed):
        step(run)
    IsolationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_workers_lost_in_other_steps_do_not_count(run, runflow, go_on, step, monkeypatch):
    for status in (Status.QUEUED, Status.PROCESSING, Status.COLLECTING, Status.READY):
        run = go_on(run, status)
        with monkeypatch.context() as patched:
            patched.setitem(STEPS, status, deadly)
            die_in_a_step(run, step)
            die_in_a_step(run, step)
    assert go_on(run).status == Status.APPLIED


def test_a_published_run_is_made_sure_of_however_many_workers_were_lost(
    run, go_on, step, monkeypatch
):
    run = go_on(run, Status.APPLIED)
    with monkeypatch.context() as patched:
        patched.setitem(STEPS, Status.APPLIED, deadly)
        for _ in range(4):
            die_in_a_step(run, step)
    run = step(run)
    assert (run.status, run.due_at) == (Status.APPLIED, None)


def test_a_worker_with_a_fast_clock_takes_no_run_from_another(run, monkeypatch):
    IsolationRun.objects.claim(run.pk)
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    assert advance(run.pk) is False


def test_a_database_that_stays_away_costs_no_run(run, step, monkeypatch, caplog):
    def unrecordable(run, *args, **kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as patched:
        patched.setitem(STEPS, Status.QUEUED, unrecordable)
        patched.setattr(IsolationRun, "release_until", unrecordable)
        run = step(run)
    assert (run.status, run.lease_owner is None) == (Status.QUEUED, False)
    assert f"step_unrecorded run={run.pk}" in caplog.text
    IsolationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert step(run).status == Status.PROCESSING


def test_a_worker_that_lost_its_lease_changes_nothing(run, step, monkeypatch):
    def slow(run):
        IsolationRun.objects.update(lease_owner=uuid4())
        run.update_fields(source_sha256="0" * 64)

    monkeypatch.setitem(STEPS, Status.QUEUED, slow)
    run = step(run)
    assert (run.source_sha256, run.status) == ("", Status.QUEUED)


def test_a_callback_makes_the_run_due_at_once(run, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    assert not IsolationRun.objects.due().exists()
    receive_callback(run.pk, callback(run))
    assert IsolationRun.objects.due().get() == run


def test_what_a_callback_claims_is_not_believed(run, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    receive_callback(run.pk, callback(run, event="run.failed", status="failed"))
    assert step(run).status == Status.PROCESSING


def test_a_hundred_replays_leave_one_moment_and_no_event(run, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    events = run.events.count()
    for _ in range(100):
        receive_callback(run.pk, callback(run))
    run.refresh_from_db()
    assert run.called_back_at is not None
    assert run.events.count() == events


@pytest.mark.parametrize("status", sorted(set(Status) - {"submitting", "processing"}))
def test_a_callback_changes_nothing_where_runflow_is_not_waited_for(run, status):
    IsolationRun.objects.filter(pk=run.pk).update(
        status=status, due_at=None, runflow_run_id="01991d03-8dc0-7cba-a551-2100f80b56fc"
    )
    run.refresh_from_db()
    before = IsolationRun.objects.filter(pk=run.pk).values().get()
    receive_callback(run.pk, callback(run))
    assert IsolationRun.objects.filter(pk=run.pk).values().get() == before
    assert not run.events.exists()


def test_a_callback_about_another_run_is_refused(run, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    due_at = run.due_at
    with pytest.raises(WrongRun):
        receive_callback(run.pk, callback(run, run_id="01991d03-0000-7cba-a551-2100f80b56fc"))
    with pytest.raises(WrongRun):
        receive_callback(run.pk, callback(run, metadata={"run": str(uuid4())}))
    run.refresh_from_db()
    assert run.due_at == due_at


def test_a_callback_for_an_unknown_run_is_refused(run):
    pk = run.pk
    run.delete()
    with pytest.raises(UnknownRun):
        receive_callback(pk, callback(run))


def test_a_callback_that_names_the_run_of_another_image_is_not_believed(run, runflow, step):
    runflow.behave(fault="drop_before_create")
    run = step(run)
    assert (run.status, run.runflow_run_id) == (Status.SUBMITTING, None)
    runflow.behave(fault="stuck_in_queued")
    other = step(isolate(make_image("Lamp")).runs.get())
    receive_callback(run.pk, callback(run, run_id=other.runflow_run_id))
    run = step(run)
    assert (run.status, run.runflow_run_id) == (Status.SUBMITTING, None)
    assert step(other).runflow_run_id == other.runflow_run_id


def test_a_step_that_breaks_after_it_was_recorded_is_not_taken_again(run, step, monkeypatch):
    def fail(run):
        run.move_to(Status.FAILED)
        raise RuntimeError

    monkeypatch.setitem(STEPS, Status.QUEUED, fail)
    run = step(run)
    assert (run.status, run.reason, run.attempts) == (Status.FAILED, "", 0)


def test_a_run_that_is_deleted_while_it_is_claimed_is_nobodys(run, monkeypatch):
    def vanish(self, *fields):
        IsolationRun.objects.filter(pk=run.pk).delete()
        return self

    monkeypatch.setattr(RunQuerySet, "select_related", vanish)
    assert advance(run.pk) is False


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_takes_the_step(run, runflow, settings):
    from django.db import connection

    taken = []

    def work():
        try:
            taken.append(advance(run.pk))
        finally:
            connection.close()

    runflow.behave(fault="stuck_in_queued")
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False] * 7 + [True]
    assert len(runflow.runs_of(run)) == 1
