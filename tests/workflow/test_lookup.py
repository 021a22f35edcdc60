import time
from datetime import timedelta

import pytest
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import receive_callback, resume, stop
from django_product_isolation.workflow.timing import MIN_LOOKUPS
from tests.photos import make_image
from tests.workflow.test_lost_answers import looked_long_ago
from tests.workflow.test_steps import callback

pytestmark = pytest.mark.django_db

PRICE = "0.2700"


@pytest.fixture
def forgotten(run, runflow, step):
    """A run that Runflow accepted, and that ended here as never arrived."""
    runflow.behave(fault="drop_after_create")
    step(run)
    IsolationRun.objects.update(
        status=Status.FAILED, reason=Reason.NOT_ACCEPTED, active_key=None, runflow_run_id=None
    )
    run.refresh_from_db()
    return run


def age(run, *, days):
    """Have the run be in its status for so long, with nobody at work since."""
    since = timezone.now() - timedelta(days=days)
    IsolationRun.objects.filter(pk=run.pk).update(status_since=since, attempts=0)


def charged(run):
    return None if run.cost is None else f"{run.cost:.4f}"


def test_a_request_that_arrived_after_all_is_not_forgotten(forgotten, runflow, go_on):
    run = go_on(forgotten)
    assert (run.status, run.reason, charged(run)) == (Status.FAILED, Reason.ARRIVED_LATE, PRICE)
    assert [sent["id"] for sent in runflow.runs_of(run)] == [run.runflow_run_id]
    assert run.events.filter(reason=Reason.ARRIVED_LATE).exists()


def test_a_callback_about_a_request_that_never_arrived_has_us_ask_again(forgotten, runflow, go_on):
    IsolationRun.objects.update(due_at=None)
    [sent] = runflow.runs_of(forgotten)
    receive_callback(forgotten.pk, callback(forgotten, run_id=sent["id"]))
    run = go_on(forgotten)
    assert (run.reason, run.runflow_run_id, charged(run)) == (
        Reason.ARRIVED_LATE,
        sent["id"],
        PRICE,
    )


def test_what_a_forged_callback_names_is_dropped_again(forgotten, runflow, step):
    other = isolate(make_image("Teapot")).runs.get()
    step(other)
    [foreign] = runflow.runs_of(other)
    IsolationRun.objects.filter(pk=other.pk).update(runflow_run_id=None)
    receive_callback(forgotten.pk, callback(forgotten, run_id=foreign["id"]))
    run = step(forgotten)
    [own] = runflow.runs_of(run)
    assert run.runflow_run_id in (None, own["id"])


def test_once_settled_callbacks_change_nothing_more(forgotten, go_on):
    run = go_on(forgotten)
    receive_callback(run.pk, callback(run))
    run.refresh_from_db()
    assert run.due_at is None


def test_a_run_that_a_person_stopped_still_says_what_it_cost(run, runflow, step, go_on):
    run = step(run)
    assert run.status == Status.PROCESSING
    assert stop(run)
    run = go_on(run)
    assert (run.status, run.reason, charged(run)) == (Status.CANCELLED, Reason.STOPPED, PRICE)


def test_a_stopped_run_that_failed_at_runflow_costs_nothing(run, runflow, step, go_on):
    runflow.behave(fault="run_failed")
    assert stop(step(run))
    run = go_on(run)
    assert (run.status, charged(run)) == (Status.CANCELLED, "0.0000")
    assert IsolationRun.objects.spending_since(run.batch.created_at) == 0


def test_a_run_stopped_before_it_was_sent_is_never_asked_for(run):
    assert stop(run)
    run.refresh_from_db()
    assert run.due_at is None


def test_a_held_run_of_unknown_fate_is_asked_for_after_it_was_stopped(run, runflow, step, go_on):
    runflow.behave(fault="drop_after_create")
    run = step(run)
    run.move_to(Status.HELD, reason=Reason.STILL_UNCONFIRMED)
    assert stop(run)
    run = go_on(run)
    assert (run.status, charged(run)) == (Status.CANCELLED, PRICE)


def test_money_that_may_be_gone_stays_reserved_until_it_is_known(run, runflow, step):
    runflow.behave(fault="drop_before_create")
    run = step(run)
    run.move_to(Status.HELD, reason=Reason.STILL_UNCONFIRMED)
    assert stop(run)
    since = timezone.now() - timedelta(hours=1)
    assert f"{IsolationRun.objects.spending_since(since):.4f}" == PRICE
    age(run, days=8)
    for _ in range(MIN_LOOKUPS - 1):
        assert step(run).due_at is not None
        looked_long_ago(run)
    assert step(run).due_at is None
    assert IsolationRun.objects.spending_since(since) == 0


@pytest.mark.parametrize("waited", [timedelta(minutes=1), timedelta(days=1)])
def test_while_runflow_cannot_be_asked_it_is_asked_ever_more_seldom(
    waited, forgotten, runflow, step
):
    runflow.behave(fault="error_500", on="search_runs", times=0)
    IsolationRun.objects.update(status_since=timezone.now() - waited)
    run = step(forgotten)
    assert (run.status, run.reason) == (Status.FAILED, Reason.NOT_ACCEPTED)
    pause = run.due_at - timezone.now()
    expected = max(timedelta(minutes=1), waited / 3)
    assert 0.9 * expected < pause < 1.1 * expected


def test_a_run_that_goes_on_at_runflow_is_asked_for_again(run, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    assert stop(run)
    run = step(run)
    assert (run.status, run.cost) == (Status.CANCELLED, None)
    assert run.due_at > timezone.now()


def test_a_run_that_never_arrived_is_let_go_after_a_week(run, runflow, step):
    runflow.behave(fault="drop_before_create")
    run = step(run)
    run.move_to(Status.FAILED, reason=Reason.NOT_ACCEPTED, due_at=timezone.now())
    age(run, days=8)
    for _ in range(MIN_LOOKUPS - 1):
        run = step(run)
        assert run.due_at is not None
        looked_long_ago(run)
    run = step(run)
    assert (run.due_at, run.reason, run.cost) == (None, Reason.NOT_ACCEPTED, None)


def test_a_run_is_not_forgotten_because_nobody_worked_until_the_week_was_over(
    forgotten, runflow, step
):
    while runflow.runs_of(forgotten)[0]["status_code"] != "succeeded":
        time.sleep(0.01)
    runflow.behave(fault="error_500", on="search_runs")
    age(forgotten, days=60)
    run = step(forgotten)
    assert (run.due_at is not None, run.cost) == (True, None)
    assert charged(step(run)) == PRICE


def test_resuming_is_not_offered_for_what_has_ended(forgotten):
    assert resume(forgotten) is False
