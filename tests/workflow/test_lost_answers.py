"""Requests whose answer was lost: found again, paid once, never sent in the dark."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow.timing import MANY_ATTEMPTS, MIN_LOOKUPS
from tests.http_server import free_port
from tests.shop import as_if_ordered_now

from .test_submit import with_settings

pytestmark = pytest.mark.django_db


def long_ago(run, **delta):
    """As if the run had been in its status for so long."""
    IsolationRun.objects.filter(pk=run.pk).update(status_since=timezone.now() - timedelta(**delta))


@pytest.mark.parametrize("fault", ["drop_after_create", "error_500_after", "not_json", "cut_body"])
def test_a_request_whose_answer_was_lost_is_found_again_and_paid_once(fault, run, runflow, step):
    runflow.behave(fault=fault)
    run = step(run)
    assert (run.status, run.reason) == (Status.SUBMITTING, Reason.UNCONFIRMED)
    run = step(run)
    assert run.status == Status.PROCESSING
    assert [sent["id"] for sent in runflow.runs_of(run)] == [run.runflow_run_id]


@pytest.mark.parametrize("grammar", ["colon", "eq", "none"])
def test_a_lost_answer_is_found_under_each_way_to_search(grammar, run, runflow, step):
    runflow.behave(fault="drop_after_create", q_grammar=grammar)
    step(run)
    assert step(run).status == Status.PROCESSING


def looked_long_ago(run):
    """As if Runflow had last answered five minutes ago."""
    looked_at = timezone.now() - timedelta(minutes=6)
    IsolationRun.objects.filter(pk=run.pk).update(looked_at=looked_at)


@pytest.mark.parametrize("fault", ["drop_before_create", "error_500", "error_503", "redirect"])
def test_what_may_have_been_accepted_is_never_sent_again(fault, run, runflow, step):
    runflow.behave(fault=fault)
    run = step(run)
    assert run.status == Status.SUBMITTING
    for _ in range(MIN_LOOKUPS - 1):
        assert step(run).status == Status.SUBMITTING
        long_ago(run, hours=1)
        assert step(run).status == Status.SUBMITTING  # a fast clock alone proves nothing
        looked_long_ago(run)
    run = step(run)
    assert (run.status, run.reason, run.active_key) == (Status.FAILED, Reason.NOT_ACCEPTED, None)
    assert runflow.runs_of(run) == []


def test_a_worker_that_died_while_sending_leaves_a_run_that_is_asked_for_not_resent(
    run, runflow, step
):
    IsolationRun.objects.filter(pk=run.pk).update(
        status=Status.SUBMITTING, lease_owner=uuid4(), lease_until=timezone.now()
    )
    assert step(run).reason == Reason.UNCONFIRMED
    assert runflow.runs_of(run) == []


def test_while_runflow_cannot_be_asked_nothing_is_given_up(run, runflow, step):
    runflow.behave(fault="drop_after_create")
    runflow.behave(fault="error_500", on="search_runs", times=0)
    run = step(run)
    for _ in range(6):
        long_ago(run, hours=25)
        looked_long_ago(run)
        assert step(run).status == Status.SUBMITTING
    runflow.reset()
    assert step(run).status == Status.PROCESSING


def test_what_a_run_alone_meets_for_days_asks_a_person_at_last(run, runflow, step):
    runflow.behave(fault="error_500")
    runflow.behave(fault="error_500", on="search_runs", times=0)
    run = step(run)
    long_ago(run, days=4)
    assert step(run).status == Status.SUBMITTING
    IsolationRun.objects.update(attempts=MANY_ATTEMPTS)
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.STILL_UNCONFIRMED)
    assert run.held_from == Status.SUBMITTING


def test_an_unreachable_runflow_is_tried_again_until_it_is_there(run, settings, runflow, step):
    with_settings(settings, BASE_URL=f"http://127.0.0.1:{free_port()}")
    as_if_ordered_now(run)
    for _ in range(12):
        run = step(run)
        assert (run.status, run.reason) == (Status.QUEUED, Reason.NOT_REACHED)
        assert timezone.now() < run.due_at < timezone.now() + timedelta(seconds=90)
    with_settings(settings, BASE_URL=runflow.url)
    as_if_ordered_now(run)
    assert step(run).status == Status.PROCESSING
