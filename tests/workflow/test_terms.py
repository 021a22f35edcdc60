"""An order goes where it was placed, for the price that was said, or it is not sent."""

from decimal import Decimal

import pytest
from django.urls import reverse

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import RunflowClient
from django_product_isolation.workflow import receive_callback, resume, stop
from tests.shop import EVERYTHING, choose, make_staff, press, quote_on

from .test_callback_hints import callback
from .test_evaluation import evaluations_of, kept_evaluation

pytestmark = pytest.mark.django_db

ELSEWHERE = {"BASE_URL": "http://127.0.0.1:9"}
OTHER_MODEL = {"MODEL": "runflow/product-isolation-hd"}
DEARER = {"PRICE": "0.28"}
CHANGES = [ELSEWHERE, OTHER_MODEL, DEARER, {"SANDBOX": False}, {"EVALUATION_PRICE": "0.06"}]


@pytest.fixture
def ordered(option, image):
    """In the sandbox, with an evaluation."""
    option(SANDBOX=True, EVALUATE=True, EVALUATION_PRICE="0.05")
    return isolate(image).runs.get()


@pytest.fixture
def uploads(monkeypatch):
    """What is brought to Runflow."""
    brought, real = [], RunflowClient.upload

    def upload(client, *args, **options):
        brought.append(options)
        return real(client, *args, **options)

    monkeypatch.setattr(RunflowClient, "upload", upload)
    return brought


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_what_still_waits_when_the_settings_change_is_held_before_anything_leaves(
    change, ordered, option, runflow, step, uploads
):
    option(**change)
    run = step(ordered)
    assert (run.status, run.reason) == (Status.HELD, Reason.ORDERED_OTHERWISE)
    assert run.events.get(status=Status.HELD).detail == next(iter(change))
    assert (runflow.runs_of(run), uploads) == ([], [])


@pytest.mark.parametrize(
    "change",
    [
        {"PRICE": "0.26"},
        {"EVALUATION_PRICE": "0.01"},
        {"EVALUATE": False},
        {"API_KEY": "rf_live_another_one"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_costs_less_or_has_another_key_is_sent(change, ordered, option, step):
    option(**change)
    assert step(ordered).status == Status.PROCESSING


def test_an_evaluation_that_is_bought_from_now_on_stops_no_order_without_one(
    run, option, runflow, step
):
    option(EVALUATE=True, EVALUATION_PRICE="0.05")
    assert step(run).status == Status.PROCESSING


def test_a_slash_more_is_the_same_address(run, option, runflow, step):
    option(BASE_URL=f"{runflow.url}/")
    assert step(run).status == Status.PROCESSING


def test_a_held_order_goes_on_once_the_settings_are_back_and_no_sooner(run, option, runflow, step):
    option(**OTHER_MODEL)
    assert step(run).status == Status.HELD
    assert resume(IsolationRun.objects.get())
    assert step(run).reason == Reason.ORDERED_OTHERWISE
    option(MODEL="runflow/product-isolation")
    assert resume(IsolationRun.objects.get())
    assert step(run).status == Status.PROCESSING
    assert len(runflow.runs_of(run)) == 1


def test_a_held_order_that_is_stopped_costs_nothing_and_makes_room_for_another(
    run, image, option, runflow, step
):
    option(**DEARER)
    assert stop(step(run))
    assert IsolationRun.objects.spending_since(run.batch.created_at) == 0
    again = isolate(image)
    assert again.unit_price == Decimal("0.28")
    assert step(again.runs.get()).status == Status.PROCESSING


def test_the_page_says_what_to_do(run, option, step, client):
    option(**OTHER_MODEL)
    step(run)
    client.force_login(make_staff(*EVERYTHING))
    page = client.get(reverse("product_isolation:progress", args=[run.batch_id])).content.decode()
    assert "Stop waiting for it, then isolate the image again." in page
    assert "Stop waiting</button>" in page


@pytest.mark.parametrize(
    "change",
    [{"SANDBOX": False}, {"EVALUATION_PRICE": "0.06"}],
    ids=lambda change: next(iter(change)),
)
def test_no_evaluation_is_bought_under_other_settings_than_the_order_had(
    change, ordered, option, go_on, monkeypatch
):
    run = go_on(ordered, Status.READY)
    bought = []
    monkeypatch.setattr(RunflowClient, "evaluate", lambda _client, asked: bought.append(asked))
    option(**change)
    run = go_on(run)
    assert (run.status, kept_evaluation(run)["state"], bought) == (Status.APPLIED, "missing", [])
    assert run.cost == Decimal("0.27")


def test_an_evaluation_whose_answer_was_lost_is_not_bought_again_elsewhere(
    ordered, option, runflow, go_on, step
):
    run = go_on(ordered, Status.READY)
    runflow.behave(fault="drop_after_create", on="create_evaluation")
    run = step(run)
    assert kept_evaluation(run)["state"] == "asked"
    option(SANDBOX=False)
    run = go_on(run)
    assert (run.status, kept_evaluation(run)["state"]) == (Status.APPLIED, "missing")
    assert run.cost == Decimal("0.32")  # what may have been paid stays counted


def test_an_evaluation_whose_answer_was_lost_is_not_bought_again_with_another_key(
    ordered, runflow, go_on, step
):
    run = go_on(ordered, Status.READY)
    runflow.behave(fault="drop_before_create", on="create_evaluation")
    run = step(run)
    assert kept_evaluation(run)["state"] == "asked"
    IsolationRun.objects.update(sent_with="0" * 32)
    run = go_on(run)
    assert kept_evaluation(run)["state"] == "missing"
    assert evaluations_of(runflow, run) == []
    assert run.cost == Decimal("0.32")


def test_an_original_is_put_back_after_the_shop_went_live(ordered, image, option, runflow, go_on):
    runflow.behave(evaluation_verdict="passed")
    run = go_on(ordered)
    assert run.status == Status.APPLIED
    option(**ELSEWHERE, SANDBOX=False, API_KEY="rf_live_the_real_one")
    restore(image)
    assert go_on(run).status == Status.RESTORED
    image.refresh_from_db()
    assert image.original.name == run.source_name


def test_a_page_that_said_that_no_money_is_spent_orders_nothing_of_a_live_shop(
    image, option, client
):
    option(SANDBOX=True)
    client.force_login(make_staff(*EVERYTHING))
    address = choose(client, [image])
    quote = quote_on(client.get(address))
    option(SANDBOX=False)
    page = press(client, address, quote=quote).content.decode()
    assert "Nothing was ordered. Please check the new total." in page
    assert not IsolationRun.objects.exists()
    press(client, address)
    assert IsolationRun.objects.get().batch.is_sandbox is False


def test_what_failed_in_the_sandbox_is_tried_again_where_the_shop_orders_now(
    run, option, runflow, step, client
):
    IsolationBatch.objects.update(is_sandbox=True)
    IsolationRun.objects.update(status=Status.FAILED, active_key=None, due_at=None)
    client.force_login(make_staff(*EVERYTHING))
    page = reverse("admin:product_isolation_isolationrun_change", args=[run.pk])
    decide = reverse("admin:product_isolation_isolationrun_decide", args=[run.pk])
    client.post(decide, {"decide": "retry", "quote": quote_on(client.get(page))})
    again = IsolationRun.objects.exclude(pk=run.pk).get()
    assert again.batch.is_sandbox is False
    assert step(again).status == Status.PROCESSING


def test_a_callback_of_the_sandboxs_finds_nothing_in_a_live_shop(ordered, option, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    run = step(ordered)
    option(SANDBOX=False, API_KEY="rf_live_the_real_one")
    receive_callback(run.pk, callback(run, run.runflow_run_id))
    run = step(run)
    assert (run.status, run.reason) == (Status.PROCESSING, Reason.NO_ANSWER)
