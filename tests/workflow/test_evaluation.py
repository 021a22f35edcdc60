"""Runflow's evaluation of a result: paid once, waited for a while, and never in anybody's way."""

from decimal import Decimal

import pytest
import requests
from django.core.checks import run_checks
from django.urls import reverse

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.imaging.verdict import findings
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import approve, evaluation, findings_of
from django_product_isolation.workflow.verdicts import Verdict
from tests.runflow_account import KEY
from tests.shop import EVERYTHING, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluated(option, runflow):
    option(EVALUATE=True, EVALUATION_PRICE="0.05")
    return runflow


@pytest.fixture
def ordered(evaluated, image):
    return isolate(image).runs.get()


@pytest.fixture
def no_time_is_left(monkeypatch):
    """As soon as an evaluation was asked for."""
    was_asked = {"state": "asked"}.items()
    monkeypatch.setattr(
        evaluation, "is_late", lambda run: was_asked <= run.measures["evaluation"].items()
    )


def evaluations_of(runflow, run) -> list[dict]:
    """What was accepted, and will be charged."""
    address = f"{runflow.url}/v1/runs/{run.runflow_run_id}/evaluations"
    return requests.get(address, headers=KEY, timeout=5).json()["items"]


def find_doubt(monkeypatch) -> None:
    """Have results found to be doubtful."""
    measures = {"unchecked": [{"what": "alignment", "why": "hardly found"}]}
    verdict = Verdict(measures, findings(measures), holds_back=True)
    monkeypatch.setattr("django_product_isolation.workflow.collect.judged", lambda *_: verdict)


def kept_evaluation(run) -> dict:
    return IsolationRun.objects.get(pk=run.pk).measures["evaluation"]


def test_a_result_that_passes_goes_live_and_costs_both(evaluated, ordered, go_on):
    evaluated.behave(evaluation_verdict="passed")
    run = go_on(ordered)
    assert (run.status, run.reason) == (Status.APPLIED, "")
    assert kept_evaluation(run)["state"] == "passed"
    assert run.cost == Decimal("0.32")
    [paid] = evaluations_of(evaluated, run)
    assert paid["cost"] == "0.05"


def test_a_value_that_check_refuses_buys_what_the_button_said(evaluated, option, image, go_on):
    option(EVALUATE=1)
    run = go_on(isolate(image).runs.get())
    assert run.cost == Decimal("0.32")
    assert len(evaluations_of(evaluated, run)) == 1


def test_a_result_that_does_not_pass_waits_with_the_judges_words(evaluated, ordered, go_on, client):
    evaluated.behave(evaluation_verdict="not_passed")
    run = go_on(ordered)
    assert (run.status, run.review, run.reason) == (Status.READY, True, Reason.DOUBTFUL)
    client.force_login(make_staff(*EVERYTHING))
    page = client.get(reverse("product_isolation:review")).content.decode()
    assert "Runflow&#x27;s own check found fault" in page
    assert "The colour is not the one of the reference image." in page
    assert [(one.finding, one.strength) for one in run.found.all()] == [("evaluation", 2.0)]
    assert approve(run)
    assert go_on(run).status == Status.APPLIED


def test_the_judges_words_are_escaped_clipped_and_few(evaluated, ordered, go_on, monkeypatch):
    from django_product_isolation.sandbox.isolation import judging

    words = {str(n): f"<script>alert({n})</script> " + "too dark " * 200 for n in range(9)}
    monkeypatch.setattr(judging, "ISSUES", {"0": "too dark " * 200, "1": words["1"]})
    evaluated.behave(evaluation_verdict="not_passed")
    run = go_on(ordered)
    issues = kept_evaluation(run)["issues"]
    assert issues[0].startswith("too dark")
    assert all(len(issue) <= 200 and "<script>" not in issue for issue in issues)


@pytest.mark.parametrize("wish", ["none", "failed", "never", "another_id"])
def test_an_evaluation_that_says_nothing_holds_nobody_up(
    evaluated, ordered, go_on, wish, no_time_is_left
):
    evaluated.behave(evaluation_verdict=wish)
    run = go_on(ordered)
    assert run.status == Status.APPLIED
    assert kept_evaluation(run)["state"] == "missing"
    assert [finding.id for finding in findings_of(run)] == ["not_checked"]
    assert run.cost == Decimal("0.32")  # it may be charged yet


def test_one_that_is_slow_is_looked_for_again_before_it_is_given_up(
    evaluated, ordered, go_on, step
):
    evaluated.behave(evaluation_verdict="never")
    run = go_on(ordered, Status.READY)
    for _ in range(3):
        run = step(run)
    assert (run.status, kept_evaluation(run)["state"]) == (Status.READY, "asked")
    assert run.due_at is not None
    evaluated.behave(evaluation_verdict="passed")
    assert go_on(run).status == Status.APPLIED
    assert kept_evaluation(run)["state"] == "passed"


@pytest.mark.parametrize(
    ("fault", "cost"),
    [
        ("payment_required", "0.27"),
        ("forbidden", "0.27"),
        ("unauthorized", "0.27"),
    ],
)
def test_a_refusal_costs_nothing_and_holds_nobody_up(evaluated, ordered, go_on, fault, cost):
    evaluated.behave(fault=fault, on="create_evaluation")
    run = go_on(ordered)
    assert (run.status, run.cost) == (Status.APPLIED, Decimal(cost))
    assert kept_evaluation(run)["state"] == "missing"


@pytest.mark.parametrize(
    "fault",
    [
        "rate_limited",
        "error_500",
        "error_503",
        "conflict_after",
        "error_500_after",
        "drop_after_create",
        "cut_body",
    ],
)
def test_trouble_passes_and_nothing_is_paid_twice(evaluated, ordered, go_on, fault):
    evaluated.behave(evaluation_verdict="passed", fault=fault, on="create_evaluation")
    run = go_on(ordered)
    assert (run.status, kept_evaluation(run)["state"]) == (Status.APPLIED, "passed")
    assert run.cost == Decimal("0.32")
    [paid] = evaluations_of(evaluated, run)
    assert paid["cost"] == "0.05"


def test_an_answer_that_was_lost_is_looked_up_and_not_asked_for_again(
    evaluated, ordered, go_on, monkeypatch
):
    """Also where no key is honoured, and links come signed anew."""
    evaluated.behave(evaluation_verdict="passed", idempotency="off", fault="drop_after_create")
    evaluated.behave(fault="drop_after_create", on="create_evaluation")
    run = go_on(ordered)
    assert kept_evaluation(run)["state"] == "passed"
    assert len(evaluations_of(evaluated, run)) == 1


def test_an_evaluation_is_recorded_before_it_is_asked_for(
    evaluated, ordered, go_on, step, monkeypatch
):
    """A worker that dies with the request under way leaves its price reserved, and the same key."""
    sent = []

    def die(client, request):
        sent.append((request.idempotency_key, kept_evaluation(ordered)["state"]))
        raise SystemExit

    run = go_on(ordered, Status.READY)
    with monkeypatch.context() as patched:
        patched.setattr("django_product_isolation.runflow.RunflowClient.evaluate", die)
        with pytest.raises(SystemExit):
            step(run)
    assert sent == [(f"{run.pk}-evaluation", "asked")]
    assert IsolationRun.objects.get(pk=run.pk).cost == Decimal("0.32")


def test_a_doubtful_result_waits_at_once_and_the_evaluation_comes_to_it(
    evaluated, option, image, go_on, monkeypatch
):
    option(EVALUATE="doubtful", REVIEW="doubtful")
    find_doubt(monkeypatch)
    evaluated.behave(evaluation_verdict="not_passed")
    run = go_on(isolate(image).runs.get())
    assert (run.status, run.review, run.reason) == (Status.READY, True, Reason.DOUBTFUL)
    assert {finding.id for finding in findings_of(run)} == {"evaluation", "not_checked"}


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("passed", "Runflow&#x27;s own check found no fault with this result."),
        ("never", "Runflow is checking this result once more."),
    ],
)
def test_the_page_says_how_the_evaluation_on_a_doubtful_result_stands(
    evaluated, option, image, go_on, step, client, monkeypatch, verdict, words
):
    option(EVALUATE="doubtful", REVIEW="doubtful")
    find_doubt(monkeypatch)
    evaluated.behave(evaluation_verdict=verdict)
    run = go_on(isolate(image).runs.get(), Status.READY)
    for _ in range(3):
        run = step(run)
    client.force_login(make_staff(*EVERYTHING))
    assert words in client.get(reverse("product_isolation:review")).content.decode()


def test_what_a_person_approves_waits_for_no_evaluation(
    evaluated, option, image, go_on, step, monkeypatch
):
    option(EVALUATE="doubtful", REVIEW="doubtful")
    find_doubt(monkeypatch)
    evaluated.behave(evaluation_verdict="never")
    run = step(go_on(isolate(image).runs.get(), Status.READY))
    assert run.review
    assert approve(run)
    assert go_on(run).status == Status.APPLIED


def test_an_approval_while_the_evaluation_comes_is_not_lost(
    evaluated, option, image, go_on, step, monkeypatch
):
    option(EVALUATE="doubtful", REVIEW="doubtful")
    find_doubt(monkeypatch)
    run = go_on(isolate(image).runs.get(), Status.READY)

    def approve_and_give_up(run, *_args):
        assert approve(IsolationRun.objects.get(pk=run.pk))
        evaluation.give_up(run, "failed", is_unpaid=False)

    monkeypatch.setattr(evaluation, "ask", approve_and_give_up)
    assert step(run).due_at is not None
    assert go_on(run).status == Status.APPLIED


def test_nothing_is_evaluated_where_nobody_wants_it(runflow, image, go_on):
    run = go_on(isolate(image).runs.get())
    assert "evaluation" not in run.measures
    assert run.cost == Decimal("0.27")


def test_what_was_ordered_without_an_evaluation_gets_none(runflow, image, go_on, option):
    run = isolate(image).runs.get()
    option(EVALUATE=True, EVALUATION_PRICE="0.05")
    assert "evaluation" not in go_on(run).measures


def test_its_price_is_said_and_counts_for_budgets(evaluated, option, image, client):
    option(DAILY_BUDGET="0.30")
    from django_product_isolation import BudgetExceeded

    with pytest.raises(BudgetExceeded) as refused:
        isolate(image)
    assert refused.value.total == Decimal("0.32")


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        ({"EVALUATE": "sometimes", "EVALUATION_PRICE": "0.05"}, {"product_isolation.E043"}),
        ({"EVALUATE": True}, {"product_isolation.E006"}),
        ({"EVALUATE": "doubtful", "EVALUATION_PRICE": "0.05"}, {"product_isolation.W036"}),
        ({"EVALUATE": True, "EVALUATION_PRICE": "0.05"}, set()),
        ({"EVALUATE": False}, set()),
    ],
)
def test_the_check_knows_what_goes_together(options, ids, option):
    option(**options)
    known = {"product_isolation.E043", "product_isolation.E006", "product_isolation.W036"}
    assert {message.id for message in run_checks()} & known == ids
