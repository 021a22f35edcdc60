"""Runflow charges more than an order promised: nothing more is sent for the old price, unsaid."""

import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, LastCharge
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import RunflowClient
from django_product_isolation.spending.charges import note_charge
from django_product_isolation.workflow import resume
from tests.photos import make_image
from tests.shop import EVERYTHING, choose, make_staff
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

WAITS = "Runflow charged more than this for an image."
PROMISED, RISEN = Decimal("0.13"), Decimal("0.27")  # the sandbox charges this


@pytest.fixture
def three(runflow, option):
    """The runs of one order of three images, which promised less than Runflow charges."""
    option(PRICE=str(PROMISED))
    for name in "ABC":
        make_image(name)
    return list(isolate(ProductImage.objects.all()).runs.order_by("label"))


def is_held(run):
    return (run.status, run.reason) == (Status.HELD, Reason.ORDERED_OTHERWISE)


def test_what_still_waits_is_held_and_said(three, runflow, step, go_on, caplog, client):
    first, *others = three
    first = go_on(first)
    assert (first.status, first.cost) == (Status.APPLIED, RISEN)
    for run in others:
        run = step(run)
        assert is_held(run)
        assert run.events.get(status=Status.HELD).detail == "PRICE"
        assert runflow.runs_of(run) == []
    [line] = [r.getMessage() for r in caplog.records if "price_risen" in r.getMessage()]
    assert f"run={first.pk} runflow_run={first.runflow_run_id}" in line
    assert [r.levelno for r in caplog.records if "price_risen" in r.getMessage()] == [logging.ERROR]
    client.force_login(make_staff(*EVERYTHING))
    page = client.get(reverse("product_isolation:progress", args=[first.batch_id]))
    assert "Runflow&#x27;s price or the shop" in page.content.decode()


def test_a_run_that_was_being_prepared_meanwhile_is_not_sent(three, runflow, step, monkeypatch):
    first, second, _third = three
    upload = RunflowClient.upload

    def slow(client, *args, **options):
        note_charge(first, RISEN)
        return upload(client, *args, **options)

    monkeypatch.setattr(RunflowClient, "upload", slow)
    assert is_held(step(second))
    assert runflow.runs_of(second) == []


def test_a_higher_price_in_the_settings_heals_it_for_new_orders(
    three, option, runflow, step, go_on
):
    go_on(three[0])
    held = step(three[1])
    option(PRICE=str(RISEN))
    assert resume(held)
    assert is_held(step(held))  # its button said $0.13
    again = isolate(make_image("D")).runs.get()
    assert go_on(again).status == Status.APPLIED


def test_new_orders_are_held_until_somebody_raises_the_price(three, runflow, step, go_on):
    go_on(three[0])
    assert is_held(step(isolate(make_image("D")).runs.get()))


def test_who_orders_is_told_before_that_it_would_wait(three, option, step, go_on, client):
    client.force_login(make_staff(*EVERYTHING))
    url = choose(client, [make_image("D")])
    assert WAITS not in client.get(url).content.decode()
    go_on(three[0])
    assert WAITS in client.get(url).content.decode()
    option(PRICE=str(RISEN))
    assert WAITS not in client.get(url).content.decode()


def test_a_lower_charge_after_an_odd_one_ends_it(three, runflow, step, go_on):
    second = step(three[1])
    assert second.status == Status.PROCESSING
    go_on(three[0])
    held = step(three[2])
    assert is_held(held)
    note_charge(second, PROMISED)
    assert resume(held)
    assert step(held).status == Status.PROCESSING


def test_after_a_day_one_run_at_a_time_is_sent_to_see(three, runflow, step, go_on):
    go_on(three[0])
    LastCharge.objects.update(read_at=LastCharge.objects.get().read_at - timedelta(days=1))
    runflow.behave(fault="stuck_in_queued")
    assert step(three[1]).status == Status.PROCESSING
    assert is_held(step(three[2]))


@pytest.mark.parametrize("change", [{"destination": "elsewhere"}, {"runflow_model": "another/one"}])
def test_what_another_destination_or_model_charges_says_nothing(three, runflow, step, change):
    first, second, _third = three
    IsolationBatch.objects.update(**change)
    note_charge(IsolationRun.objects.get(pk=first.pk), RISEN)
    before = {"destination": first.batch.destination, "runflow_model": first.batch.runflow_model}
    IsolationBatch.objects.update(**before)
    assert step(second).status == Status.PROCESSING


def test_what_an_evaluation_costs_is_no_risen_price(option, image, runflow, go_on, step):
    option(EVALUATE=True, EVALUATION_PRICE="0.05")
    runflow.behave(evaluation_verdict="passed")
    run = go_on(isolate(image).runs.get())
    assert run.cost > RISEN
    option(EVALUATE=False)
    assert go_on(isolate(make_image("D")).runs.get()).status == Status.APPLIED


def test_a_failed_run_that_was_free_says_nothing_about_the_price(three, runflow, go_on, step):
    go_on(three[0])
    note_charge(three[1], Decimal(0))
    note_charge(three[1], None)
    assert is_held(step(three[2]))


def test_a_budget_that_is_exceeded_already_stops_what_is_unsent(three, option, step):
    option(MONTHLY_BUDGET="0.38")
    assert is_held(held := step(three[0]))
    assert held.events.get(status=Status.HELD).detail == "MONTHLY_BUDGET"
    option(MONTHLY_BUDGET="0.39")
    assert resume(held)
    assert step(held).status == Status.PROCESSING


def test_a_budget_of_today_says_nothing_about_what_was_ordered_before(three, option, step):
    option(DAILY_BUDGET="0.01")
    run = three[0]
    long_ago = run.batch.created_at - timedelta(days=2)
    make_image("D")
    IsolationBatch.objects.update(created_at=long_ago)
    assert step(run).status == Status.PROCESSING
