"""An evaluation between a crash and a click: money is counted, a bad verdict is never lost, and
nothing is bought that nobody will read."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import OperationalError

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent, RunFinding
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import Evaluation, EvaluationState, RunflowClient
from django_product_isolation.workflow import approve, evaluation, reject
from django_product_isolation.workflow.evaluation_findings import words_about
from tests.moments import overdue
from tests.photos import make_image
from tests.workflow.test_evaluation import (
    evaluated,
    evaluations_of,
    find_doubt,
    kept_evaluation,
    ordered,
)

pytestmark = pytest.mark.django_db

__all__ = ["evaluated", "ordered"]  # fixtures

ID = "11111111-1111-4111-8111-111111111111"


def answer(monkeypatch, **said) -> None:
    """Have Runflow answer each evaluation at once."""
    done = Evaluation(id=ID, **{"state": EvaluationState.COMPLETED, **said})
    monkeypatch.setattr(RunflowClient, "evaluate", lambda _client, _request: done)


@pytest.mark.parametrize("what", [SystemExit, OperationalError("database is locked")])
def test_a_bad_verdict_is_kept_whole_or_asked_for_again(
    evaluated, ordered, go_on, step, monkeypatch, what
):
    answer(monkeypatch, passed=False)
    run = go_on(ordered, Status.READY)

    def end(*_args, **_options):
        raise what

    with monkeypatch.context() as patches:
        patches.setattr(RunFinding.objects, "bulk_create", end)
        with pytest.raises(SystemExit) if what is SystemExit else pytest.MonkeyPatch.context():
            step(run)
    assert kept_evaluation(run)["state"] == "asked"
    IsolationRun.objects.update(lease_until=overdue(), due_at=overdue())
    run = step(run)
    assert (run.status, run.review, run.reason) == (Status.READY, True, Reason.DOUBTFUL)


def test_its_time_begins_when_it_is_first_looked_for(evaluated, ordered, go_on, step):
    evaluated.behave(evaluation_verdict="not_passed")
    run = go_on(ordered, Status.READY)
    long_ago = run.status_since - timedelta(minutes=16)
    IsolationRun.objects.filter(pk=run.pk).update(status_since=long_ago)
    run = go_on(step(run))
    assert (run.status, run.review) == (Status.READY, True)


def test_what_comes_too_late_to_be_read_is_not_bought(evaluated, ordered, go_on, step, monkeypatch):
    evaluated.behave(fault="rate_limited", on="create_evaluation")
    run = step(go_on(ordered, Status.READY))
    assert kept_evaluation(run)["state"] == "asked"
    monkeypatch.setattr(evaluation, "LIMIT", timedelta(0))
    run = go_on(run)
    assert (run.status, evaluations_of(evaluated, run)) == (Status.APPLIED, [])


def test_it_is_bought_only_as_far_as_the_budget_reaches(evaluated, option, image, go_on):
    option(DAILY_BUDGET="0.60")
    evaluated.behave(evaluation_verdict="passed")
    first = go_on(isolate(image).runs.get(), Status.READY)
    second = isolate(make_image("Teapot")).runs.get()  # for what the first cost less than reserved
    first, second = go_on(first), go_on(second)
    assert (first.status, second.status) == (Status.APPLIED, Status.APPLIED)
    assert first.cost + second.cost <= Decimal("0.60")
    assert "budget" in first.events.get(kind=RunEvent.Kind.PROBLEM).detail


def test_what_the_order_still_reserves_for_it_is_not_asked_for_again(
    evaluated, option, image, go_on
):
    option(DAILY_BUDGET="0.32")
    evaluated.behave(evaluation_verdict="passed", fault="odd_cost")
    run = go_on(isolate(image).runs.get())
    assert (run.cost, kept_evaluation(run)["state"]) == (None, "passed")


@pytest.mark.parametrize(
    ("said", "cost"),
    [
        ({"cost": Decimal("0.50")}, "0.77"),
        ({"cost": Decimal(0)}, "0.27"),
        ({"cost": Decimal("0.90"), "state": EvaluationState.FAILED}, "1.17"),
        ({"cost": Decimal("9999.9999"), "passed": True}, "9999.9999"),
        ({}, "0.32"),
    ],
)
def test_what_runflow_says_that_it_cost_counts_with_and_without_a_verdict(
    evaluated, ordered, go_on, monkeypatch, said, cost
):
    answer(monkeypatch, **said)
    assert go_on(ordered).cost == Decimal(cost)


def test_an_approval_while_a_bad_verdict_comes_is_not_lost(
    evaluated, option, image, go_on, monkeypatch
):
    option(EVALUATE="doubtful", REVIEW="doubtful")
    find_doubt(monkeypatch)
    look = evaluation.look

    def look_while_somebody_approves(run, *args):
        assert approve(IsolationRun.objects.get(pk=run.pk))
        return look(run, *args)

    answer(monkeypatch, passed=False)
    run = go_on(isolate(image).runs.get(), Status.READY)
    monkeypatch.setattr(evaluation, "look", look_while_somebody_approves)
    run = go_on(run)
    assert (run.status, kept_evaluation(run)["state"]) == (Status.APPLIED, "not_passed")


def test_nobody_is_told_of_a_check_under_way_once_the_result_is_decided_about(
    evaluated, option, image, go_on, monkeypatch
):
    option(EVALUATE="doubtful", REVIEW="doubtful")
    find_doubt(monkeypatch)
    run = go_on(isolate(image).runs.get(), Status.READY)
    assert words_about(run)
    assert reject(run)
    assert not words_about(run)


def test_none_is_bought_for_an_image_that_shows_another_photo(evaluated, ordered, image, go_on):
    run = go_on(ordered, Status.READY)
    image.original.save("newer.jpg", ContentFile(b"newer"))
    run = go_on(run)
    assert (run.status, evaluations_of(evaluated, run)) == (Status.SUPERSEDED, [])


def test_none_is_bought_after_the_shop_has_switched_it_off(evaluated, ordered, option, go_on):
    run = go_on(ordered, Status.READY)
    option(EVALUATE=False)
    run = go_on(run)
    assert (run.status, evaluations_of(evaluated, run)) == (Status.APPLIED, [])
    assert run.cost == Decimal("0.27")


def test_a_preset_may_have_a_bad_verdict_hold_nothing_back(evaluated, image, go_on):
    evaluated.behave(evaluation_verdict="not_passed")
    run = go_on(isolate(image, tolerated_findings=["evaluation"]).runs.get())
    assert run.status == Status.APPLIED
    assert [one.finding for one in run.found.all()] == ["evaluation"]
