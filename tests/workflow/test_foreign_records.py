"""A record that names another run is never taken for ours, wherever Runflow gives it to us."""

import dataclasses
from decimal import Decimal

import pytest
import requests

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow.api import Api
from django_product_isolation.workflow.timing import MIN_LOOKUPS
from tests.photos import make_image
from tests.runflow_account import KEY
from tests.workflow.test_callback_hints import looked_long_ago

from .test_evaluation import kept_evaluation

pytestmark = pytest.mark.django_db


@pytest.fixture
def swap_reply(monkeypatch):
    """Have what is asked by ``method`` at ``route`` be carried out, and answered by ``body``."""
    real = Api.exchange

    def swap(method, route, body):
        def exchange(self, asked, at, **options):
            reply = real(self, asked, at, **options)
            is_it = (asked, route in at) == (method, True)
            return dataclasses.replace(reply, body=body) if is_it else reply

        monkeypatch.setattr(Api, "exchange", exchange)
        return lambda: monkeypatch.setattr(Api, "exchange", real)

    return swap


@pytest.fixture
def other(runflow, go_on):
    """The record of another image's run, which has succeeded."""
    run = go_on(isolate(make_image("Other")).runs.get())
    known = requests.get(f"{runflow.url}/v1/runs/{run.runflow_run_id}", headers=KEY, timeout=5)
    return run, known.content


@pytest.mark.parametrize("is_ours_still", [True, False])
def test_the_answer_to_the_paid_request_names_another_run_so_ours_is_looked_up(
    is_ours_still, other, swap_reply, run, runflow, step, go_on
):
    foreign, record = other
    if not is_ours_still:  # of a database that was emptied since
        IsolationRun.objects.filter(pk=foreign.pk).delete()
    put_back = swap_reply("POST", "/runs", record)
    run = step(run)
    assert (run.status, run.reason) == (Status.SUBMITTING, Reason.UNCONFIRMED)
    put_back()
    run = go_on(run)
    [paid] = runflow.runs_of(run)
    assert (run.status, run.runflow_run_id) == (Status.APPLIED, paid["id"])


def test_a_run_that_runflow_calls_somebody_elses_waits_for_a_person(
    other, swap_reply, run, runflow, step
):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    _foreign, record = other
    answer = record.replace(other[0].runflow_run_id.encode(), run.runflow_run_id.encode())
    swap_reply("GET", f"/v1/runs/{run.runflow_run_id}", answer)
    for _ in range(MIN_LOOKUPS):
        run = step(run)
        looked_long_ago(run)
    assert (run.status, run.reason, run.cost) == (Status.HELD, Reason.RUN_MISSING, None)
    assert run.result_name == ""


def test_a_verdict_that_names_another_result_is_not_taken_for_this_one(
    option, image, swap_reply, runflow, step, go_on
):
    option(EVALUATE=True, EVALUATION_PRICE="0.05")
    run = go_on(isolate(image).runs.get(), Status.READY)
    verdict = b'{"id": "ev_1", "client_ref": "another", "status": "completed", "cost": "0.05"}'
    put_back = swap_reply("POST", "/v1/evaluations", verdict)
    run = step(run)
    assert (run.status, "id" in kept_evaluation(run)) == (Status.READY, False)
    put_back()
    assert go_on(run).cost == Decimal("0.32")
