from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from django_product_isolation.choices import OPEN_STATUSES, TRANSITIONS, Status
from django_product_isolation.models import (
    AccountBalance,
    IsolationBatch,
    IsolationRun,
    LeaseLost,
    Preset,
    RunEvent,
    Selection,
    SpendingLock,
)
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from tests.moments import overdue

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch():
    return IsolationBatch.objects.create(
        model_label="catalogue.productimage",
        field_name="original",
        aspect_ratio="1:1",
        resolution="2K",
        unit_price=Decimal("0.27"),
    )


def make_run(batch, **columns):
    defaults = {"object_pk": "1", "label": "Mug", "source_name": "products/mug.jpg"}
    return IsolationRun.objects.create(batch=batch, **{**defaults, **columns})


@pytest.mark.parametrize("before", Status)
@pytest.mark.parametrize("after", Status)
def test_a_run_changes_status_only_as_designed(batch, before, after):
    run = make_run(batch, status=before)
    if after in TRANSITIONS[before]:
        assert run.move_to(after)
        run.refresh_from_db()
        assert run.status == after
        assert [event.status for event in run.events.all()] == [after]
    else:
        with pytest.raises(ValueError, match=f"from {before} to {after}"):
            run.move_to(after)
        run.refresh_from_db()
        assert run.status == before


def test_ended_runs_stay_ended_but_for_what_a_person_or_a_newer_upload_does():
    final = set(Status) - OPEN_STATUSES
    assert {s: TRANSITIONS[s] for s in final if TRANSITIONS[s]} == {
        Status.APPLIED: {Status.RESTORING, Status.SUPERSEDED},
        Status.RESTORED: {Status.SUPERSEDED},
    }


def test_of_two_that_move_the_same_run_only_the_first_does(batch):
    first, second = (make_run(batch).pk for _ in range(2))
    one, other = (IsolationRun.objects.get(pk=first) for _ in range(2))
    assert one.move_to(Status.SUBMITTING)
    assert not other.move_to(Status.CANCELLED)
    assert IsolationRun.objects.get(pk=first).status == Status.SUBMITTING
    assert IsolationRun.objects.get(pk=second).status == Status.QUEUED


def test_a_claimed_run_cannot_be_claimed_again_until_its_lease_is_over(batch):
    run = make_run(batch)
    claimed = IsolationRun.objects.claim(run.pk)
    assert claimed.attempts == 1
    assert IsolationRun.objects.claim(run.pk) is None
    past = timezone.now() - timedelta(seconds=1)
    IsolationRun.objects.filter(pk=run.pk).update(lease_until=past)
    assert IsolationRun.objects.claim(run.pk).attempts == 2


def test_a_run_that_is_not_due_cannot_be_claimed(batch):
    later = make_run(batch, due_at=timezone.now() + timedelta(minutes=1))
    never = make_run(batch, due_at=None)
    assert IsolationRun.objects.claim(later.pk) is None
    assert IsolationRun.objects.claim(never.pk) is None


def test_a_worker_whose_lease_ran_out_can_write_nothing_more(batch):
    run = make_run(batch)
    slow = IsolationRun.objects.claim(run.pk)
    IsolationRun.objects.filter(pk=run.pk).update(lease_until=timezone.now())
    IsolationRun.objects.claim(run.pk)
    assert not slow.move_to(Status.FAILED)
    assert not slow.release_until(timezone.now())
    with pytest.raises(LeaseLost):
        slow.update_fields(source_sha256="0" * 64)


def test_a_hint_that_comes_during_a_step_is_not_put_off(batch):
    run = make_run(batch, status=Status.PROCESSING)
    claimed = IsolationRun.objects.claim(run.pk)
    assert IsolationRun.objects.wake(run.pk)
    assert claimed.release_until(timezone.now() + timedelta(hours=1))
    assert IsolationRun.objects.due().filter(pk=run.pk).exists()


@pytest.mark.parametrize("status", sorted(set(Status) - {"submitting", "processing"}))
def test_a_hint_wakes_only_runs_that_wait_for_runflow(batch, status):
    run = make_run(batch, status=status, due_at=None, runflow_run_id="r")
    assert not IsolationRun.objects.wake(run.pk)
    run.refresh_from_db()
    assert run.due_at is None


@pytest.mark.parametrize(
    ("columns", "wakes"),
    [
        ({}, True),
        ({"due_at": None}, True),
        ({"runflow_run_id": "r"}, True),
        ({"runflow_run_id": "r", "due_at": None}, False),
        ({"cost": Decimal("0.27")}, False),
    ],
)
@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED])
def test_a_hint_wakes_an_ended_run_while_its_cost_is_not_known(batch, status, columns, wakes):
    run = make_run(batch, status=status, **columns)
    assert IsolationRun.objects.wake(run.pk) is wakes


def test_a_claim_says_whether_the_last_worker_never_came_back(batch):
    run = make_run(batch)
    first = IsolationRun.objects.claim(run.pk)
    assert first.reclaimed is False
    IsolationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    second = IsolationRun.objects.claim(run.pk)
    assert second.reclaimed is True
    second.release_until(timezone.now() - timedelta(seconds=1))
    assert IsolationRun.objects.claim(run.pk).reclaimed is False


def test_a_run_that_comes_due_while_it_is_claimed_was_not_taken_over(batch, monkeypatch):
    run = make_run(batch, due_at=timezone.now() + timedelta(hours=1))
    lease = RunQuerySet._lease

    def comes_due(self, pk, owner, whose):
        count = lease(self, pk, owner, whose)
        IsolationRun.objects.filter(lease_owner=None).update(due_at=timezone.now())
        return count

    monkeypatch.setattr(RunQuerySet, "_lease", comes_due)
    assert IsolationRun.objects.claim(run.pk) is None


def test_an_ended_run_keeps_its_reason_while_it_waits(batch):
    run = make_run(batch, status=Status.FAILED, reason="not-accepted")
    IsolationRun.objects.claim(run.pk).release_until(overdue())
    run.refresh_from_db()
    assert run.reason == "not-accepted"


def test_an_image_has_one_open_run_and_any_number_of_ended_ones(batch):
    run = make_run(batch, active_key="catalogue.productimage.original:1")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_run(batch, active_key=run.active_key)
    assert run.move_to(Status.CANCELLED) is True
    again = make_run(batch, active_key="catalogue.productimage.original:1")
    assert again.move_to(Status.FAILED)
    assert IsolationRun.objects.filter(active_key=None).count() == 2


def test_a_held_run_remembers_where_it_stood(batch):
    run = make_run(batch, status=Status.COLLECTING)
    run.move_to(Status.HELD)
    run.refresh_from_db()
    assert run.held_from == Status.COLLECTING
    run.move_to(Status.COLLECTING)
    assert run.held_from == ""


def test_waiting_with_a_reason_leaves_a_trace_and_without_one_none(batch):
    run = make_run(batch)
    IsolationRun.objects.claim(run.pk).release_until(overdue(), reason="busy", detail="status=429")
    IsolationRun.objects.claim(run.pk).release_until(overdue())
    assert [(e.kind, e.reason) for e in run.events.all()] == [(RunEvent.Kind.PROBLEM, "busy")]


@pytest.mark.parametrize(
    ("columns", "usd"),
    [
        ({"status": Status.QUEUED}, "0.27"),
        ({"status": Status.PROCESSING, "runflow_run_id": "r"}, "0.27"),
        ({"status": Status.APPLIED, "runflow_run_id": "r", "cost": Decimal("0.25")}, "0.25"),
        ({"status": Status.FAILED, "reason": Reason.RUN_FAILED, "runflow_run_id": "r"}, "0"),
        ({"status": Status.FAILED, "reason": Reason.NOT_ACCEPTED}, "0"),
        ({"status": Status.FAILED, "reason": "output-unreadable", "runflow_run_id": "r"}, "0.27"),
        ({"status": Status.CANCELLED, "due_at": None}, "0"),
        ({"status": Status.CANCELLED, "due_at": timezone.now()}, "0.27"),
        ({"status": Status.CANCELLED, "runflow_run_id": "r"}, "0.27"),
        ({"status": Status.SUPERSEDED, "due_at": None}, "0"),
    ],
)
def test_spending_counts_what_is_charged_or_may_still_be(batch, columns, usd):
    make_run(batch, **columns)
    since = batch.created_at
    assert IsolationRun.objects.spending_since(since) == Decimal(usd)
    assert IsolationRun.objects.spending_since(since + timedelta(seconds=1)) == 0


def test_every_record_has_a_short_name(batch):
    run = make_run(batch, label="Mug")
    event = RunEvent(run=run, kind=RunEvent.Kind.NOTE)
    selection, lock = Selection(chosen=1), SpendingLock()
    named = [
        (batch, f"{batch.created_at:%Y-%m-%d %H:%M}"),
        (run, "Mug"),
        (event, f"{event.at:%Y-%m-%d %H:%M:%S} note "),
        (selection, f"{selection.created_at:%Y-%m-%d %H:%M}"),
        (lock, str(lock.taken_at)),
        (Preset(name="White background"), "White background"),
        (AccountBalance(amount=Decimal("1.50")), "1.50"),
    ]
    assert [str(record) for record, _name in named] == [name for _record, name in named]
