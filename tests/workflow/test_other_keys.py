"""Another key may be another account's: its silence proves nothing about a request of the first."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow.access import access
from django_product_isolation.workflow import receive_callback, resume, stop
from django_product_isolation.workflow.lookup import MIN_UNCERTAIN
from django_product_isolation.workflow.timing import MIN_LOOKUPS
from tests.runflow_account import KEY
from tests.sandbox.client import wait_for

from .test_callback_hints import FOREIGN, callback
from .test_lost_answers import long_ago, looked_long_ago

pytestmark = pytest.mark.django_db

OURS = KEY["Authorization"].removeprefix("Bearer ")
OTHERS = "rf_live_of_another_account"


@pytest.fixture
def look_often(step):
    """Ask about a run more often than it takes to believe that there is none."""

    def look(run) -> IsolationRun:
        for _ in range(MIN_LOOKUPS + 2):
            run = step(run)
            looked_long_ago(run)
        return run

    return look


@pytest.fixture
def lost(run, runflow, step):
    """Taken and charged, but the answer never came."""
    runflow.behave(fault="drop_after_create")
    return step(run)


def reserved(run) -> Decimal:
    return IsolationRun.objects.spending_since(run.batch.created_at)


def test_a_request_with_a_lost_answer_is_not_given_up_under_another_key(
    lost, option, runflow, look_often, step
):
    option(API_KEY=OTHERS)
    run = look_often(lost)
    assert (run.status, run.reason) == (Status.SUBMITTING, Reason.UNCONFIRMED)
    assert reserved(run) == Decimal("0.27")
    long_ago(run, hours=25)
    IsolationRun.objects.update(attempts=MIN_UNCERTAIN)
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.STILL_UNCONFIRMED)
    option(API_KEY=OURS)
    assert resume(run)
    assert step(run).status == Status.PROCESSING
    assert len(runflow.runs_of(run)) == 1


def test_another_address_or_key_is_another_access(option):
    known = {access()}
    for change in ({"BASE_URL": "https://gateway.shop.example"}, {"API_KEY": OTHERS}):
        option(**change)
        known.add(access())
    assert len(known) == 3


def test_what_another_account_denied_does_not_count_once_the_key_is_back(
    run, option, runflow, look_often, step
):
    runflow.behave(fault="drop_before_create")
    run = step(run)
    option(API_KEY=OTHERS)
    assert look_often(run).answered_looks == 0
    option(API_KEY=OURS)
    assert step(run).status == Status.SUBMITTING
    assert look_often(run).reason == Reason.NOT_ACCEPTED


def test_what_was_sent_with_two_keys_is_denied_by_neither_account(
    run, option, runflow, look_often, step
):
    runflow.behave(fault="rate_limited", retry_after=1)
    assert step(run).status == Status.QUEUED
    option(API_KEY=OTHERS)
    runflow.behave(fault="drop_before_create")
    run = look_often(step(run))
    assert (run.status, run.reason) == (Status.SUBMITTING, Reason.UNCONFIRMED)


def test_an_id_that_a_callback_named_is_kept_while_another_account_is_asked(
    lost, option, look_often, step
):
    option(API_KEY=OTHERS)
    receive_callback(lost.pk, callback(lost, FOREIGN))
    assert look_often(lost).hinted_run_ids == FOREIGN


def test_what_called_back_is_not_sent_again_to_another_account(
    run, option, runflow, look_often, step
):
    runflow.behave(fault="rate_limited", retry_after=1)
    run = step(run)
    assert run.status == Status.QUEUED
    receive_callback(run.pk, callback(run, FOREIGN))
    option(API_KEY=OTHERS)
    run = look_often(run)
    assert (run.status, run.reason) == (Status.QUEUED, Reason.UNCONFIRMED)
    long_ago(run, hours=25)
    IsolationRun.objects.update(attempts=MIN_UNCERTAIN)
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.STILL_UNCONFIRMED)
    assert run.held_from == Status.QUEUED


def test_what_was_stopped_stays_reserved_while_another_account_is_asked(
    lost, option, runflow, look_often, step
):
    lost.move_to(Status.HELD, reason=Reason.STILL_UNCONFIRMED)
    assert stop(lost)
    option(API_KEY=OTHERS)
    long_ago(lost, days=8)
    run = look_often(lost)
    assert (run.status, run.cost) == (Status.CANCELLED, None)
    assert run.due_at is not None
    assert reserved(run) == Decimal("0.27")
    option(API_KEY=OURS)
    wait_for(lambda: runflow.runs_of(run)[0]["status_code"] == "succeeded")
    assert step(run).cost == Decimal("0.27")


def test_a_run_under_way_is_held_under_another_key_and_goes_on_under_its_own(
    run, option, runflow, look_often, step, go_on
):
    runflow.behave(fault="stuck_in_queued")
    assert step(run).status == Status.PROCESSING
    option(API_KEY=OTHERS)
    run = look_often(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.RUN_MISSING)
    assert reserved(run) == Decimal("0.27")
    option(API_KEY=OURS)
    runflow.reset()
    assert resume(run)
    assert step(run).status in (Status.PROCESSING, Status.COLLECTING, Status.READY)


def test_a_run_under_way_that_is_given_up_under_another_key_costs_what_was_said(
    run, option, runflow, look_often, step
):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    option(API_KEY=OTHERS)
    assert stop(look_often(run))
    long_ago(run, days=8)
    assert look_often(run).cost is None
    assert reserved(run) == Decimal("0.27")


def test_neither_key_nor_address_is_kept(lost, runflow):
    kept = str(vars(lost)) + str(vars(lost.batch))
    assert lost.sent_with
    assert OURS not in kept
    assert runflow.url not in kept


def test_a_key_that_was_refused_is_not_the_one_that_it_was_sent_with(
    run, option, runflow, step, look_often
):
    runflow.behave(fault="payment_required")
    run = step(run)
    assert (run.status, run.sent_with) == (Status.HELD, "")
    option(API_KEY=OTHERS)
    resume(run)
    run = step(run)
    option(API_KEY=OURS)
    assert run.sent_with not in ("", "several")


def test_what_ended_is_hardly_asked_for_any_more_under_another_key(lost, option, look_often, step):
    option(API_KEY=OTHERS)
    run = look_often(lost)
    long_ago(run, hours=25)
    IsolationRun.objects.update(attempts=MIN_UNCERTAIN)
    assert stop(step(run))
    run = look_often(lost)
    assert run.due_at is not None
    long_ago(run, hours=24 * 8)
    assert step(run).due_at > timezone.now() + timedelta(days=29)
