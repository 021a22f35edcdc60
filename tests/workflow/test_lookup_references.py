"""A lost answer is looked up by all that we sent with the request; either proves whose a run is."""

from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import receive_callback, resume
from django_product_isolation.workflow.timing import MIN_LOOKUPS
from tests.runflow_account import KEY
from tests.workflow.test_callback_hints import callback, looked_long_ago

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kept", ["metadata", "client_ref"])
def test_a_lost_answer_is_found_by_either_of_our_references(kept, run, runflow, step):
    runflow.behave(fault="drop_after_create", references=kept)
    step(run)
    run = step(run)
    assert run.status == Status.PROCESSING
    assert step(run).runflow_run_id == run.runflow_run_id


@pytest.mark.parametrize("kept", ["metadata", "client_ref"])
def test_an_id_is_proved_by_either_of_our_references(kept, run, runflow, step):
    runflow.behave(fault="drop_after_create", references=kept)
    run = step(run)
    sent = newest(runflow)
    runflow.behave(fault="error_500", on="search_runs", times=0)
    receive_callback(run.pk, callback(run, sent["id"]))
    assert step(run).runflow_run_id == sent["id"]


def newest(runflow):
    reply = requests.get(f"{runflow.url}/v1/runs?limit=1", headers=KEY, timeout=5)
    return reply.json()["items"][0]


@pytest.mark.parametrize("fault", ["conflict", "conflict_after"])
def test_a_request_that_runflow_says_it_had_before_is_never_given_up_as_not_arrived(
    fault, run, runflow, step
):
    runflow.behave(fault=fault)
    run = step(run)
    assert (run.status, run.reason) == (Status.SUBMITTING, Reason.CONFLICT)
    for _ in range(MIN_LOOKUPS + 2):
        run = step(run)
        looked_long_ago(run)
    if fault == "conflict_after":
        assert run.runflow_run_id == runflow.runs_of(run)[0]["id"]
        return
    assert (run.status, run.reason) == (Status.SUBMITTING, Reason.CONFLICT)
    long_ago = timezone.now() - timedelta(hours=25)
    IsolationRun.objects.update(status_since=long_ago, attempts=30)
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.STILL_UNCONFIRMED)
    assert resume(run)
    assert step(run).status == Status.SUBMITTING
