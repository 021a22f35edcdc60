"""Steps say what a run comes to, and change nothing of it themselves."""

import ast
import inspect

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.fetching import FetchError
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import NotReached, Refused
from django_product_isolation.workflow import collect, recording
from django_product_isolation.workflow.outcomes import GoTo, PutOff, Retry
from django_product_isolation.workflow.runflow_outages import Service
from django_product_isolation.workflow.steps import STEPS

WRITES = {"move_to", "release_until", "finish"}


class Runflow:
    """Answers every question about a run with the same error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def get_run(self, run_id: str, ref: str) -> None:
        raise self.error


def is_method_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


@pytest.fixture
def run():
    """A run that no database has."""
    return IsolationRun(batch=IsolationBatch(), status=Status.COLLECTING, attempts=1)


@pytest.mark.parametrize("step", {inspect.getmodule(step) for step in STEPS.values()})
def test_no_module_of_steps_changes_a_run(step):
    calls = [
        n.func for n in ast.walk(ast.parse(inspect.getsource(step))) if isinstance(n, ast.Call)
    ]
    assert not WRITES & {call.attr for call in calls if isinstance(call, ast.Attribute)}


def unavailable(code):
    return Retry(Reason.NO_ANSWER, code, Reason.OUTPUT_UNAVAILABLE, limit=20)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("unsafe_address", GoTo(Status.HELD, Reason.OUTPUT_UNSAFE, "unsafe_address")),
        ("link_refused", unavailable("link_refused")),
        ("redirected", unavailable("redirected")),
        ("too_large", unavailable("too_large")),
    ],
)
def test_what_becomes_of_a_download_that_was_refused_needs_no_database(run, code, expected):
    assert collect.refused_download(run, FetchError(code)) == expected


def test_a_runflow_that_cannot_be_reached_puts_the_step_off(run):
    error = NotReached(detail="refused")
    outcome = collect.read(run, Runflow(error))
    assert outcome == PutOff(Service.RUNFLOW, error, Reason.NO_ANSWER, Reason.TOO_LONG)


@pytest.mark.django_db
def test_an_outcome_of_none_leaves_the_run_as_it_is(run):
    recording.record(run, None)
    assert run.status == Status.COLLECTING


def test_a_refusal_that_no_retry_helps_is_told_from_an_outage():
    assert not Refused(status=422).can_retry
