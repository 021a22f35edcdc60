"""Try again: nothing is begun but the runs that stood behind the button, at its price."""

import pytest
from django.urls import reverse

from django_product_isolation import plan
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import Quote, quote_of
from tests.photos import make_image
from tests.shop import (
    CHANGE,
    ISOLATE,
    VIEW,
    about,
    choose,
    make_batch,
    make_run,
    make_staff,
    press,
    quote_on,
    said,
)

pytestmark = pytest.mark.django_db

NOTHING_ORDERED = "Nothing was ordered. Please check the new total."


@pytest.fixture
def failed(staff):
    """A batch of four: two failed, two are under way."""
    batch = make_batch(staff)
    statuses = {"Cup": Status.FAILED, "Pot": Status.FAILED}
    return {
        name: make_run(statuses.get(name, Status.PROCESSING), name=name, batch=batch)
        for name in ("Cup", "Pot", "Jug", "Urn")
    }


def try_again(client, runs, names, quote):
    address = reverse("product_isolation:progress", args=[runs["Cup"].batch_id])
    posted = {"decide": about("retry", [runs[name] for name in names]), "quote": quote}
    return client.post(address, posted, follow=True)


def batch_page(client, runs):
    return client.get(reverse("product_isolation:progress", args=[runs["Cup"].batch_id]))


def test_try_2_again_orders_those_two_whatever_failed_since(client, failed):
    page = batch_page(client, failed)
    assert "Try 2 again for $0.54" in page.content.decode()
    assert about("retry", [failed["Cup"], failed["Pot"]]) in page.content.decode()
    for name in ("Jug", "Urn"):
        failed[name].move_to(Status.FAILED)
    response = try_again(client, failed, ["Cup", "Pot"], quote_on(page))
    assert said(response) == []
    assert [run.label for run in response.context["batch"].runs.all()] == ["Cup", "Pot"]


def test_nothing_is_ordered_where_more_is_posted_than_the_price_was_said_for(client, failed):
    page = batch_page(client, failed)
    for name in ("Jug", "Urn"):
        failed[name].move_to(Status.FAILED)
    again = try_again(client, failed, failed, quote_on(page))
    assert said(again) == [
        "2 images can be isolated now that could not before.",
        NOTHING_ORDERED,
    ]
    assert IsolationRun.objects.count() == 4
    assert "Try 4 again for $1.08" in again.content.decode()
    try_again(client, failed, failed, quote_on(again))
    assert IsolationRun.objects.count() == 8


def test_of_what_a_colleague_tried_again_only_the_rest_is_begun_and_that_is_said(client, failed):
    page = batch_page(client, failed)
    try_again(client, failed, ["Cup"], quote_on(page))
    response = try_again(client, failed, ["Cup", "Pot"], quote_on(page))
    assert said(response) == ["Cup was already ordered again."]
    assert [run.label for run in response.context["batch"].runs.all()] == ["Pot"]


def test_one_run_is_tried_again_with_the_button_of_its_own(client, failed):
    page = batch_page(client, failed)
    try_again(client, failed, ["Pot"], quote_on(page))
    assert IsolationRun.objects.filter(label="Pot").count() == 2
    assert IsolationRun.objects.count() == 5


def test_a_run_that_was_not_shown_as_failed_is_not_tried_again(client, failed):
    page = batch_page(client, failed)
    failed["Jug"].move_to(Status.FAILED)
    try_again(client, failed, ["Jug"], quote_on(page))
    assert IsolationRun.objects.count() == 4


@pytest.mark.parametrize("quote", ["", "0.27", "{}"])
def test_a_page_without_a_quote_tries_nothing_again(client, failed, quote):
    response = try_again(client, failed, ["Cup", "Pot"], quote)
    assert "out of date" in said(response)[0]
    assert IsolationRun.objects.count() == 4


def test_the_runs_own_page_tries_again_what_its_button_said(client, failed, option):
    run = failed["Cup"]
    address = reverse("admin:product_isolation_isolationrun_change", args=[run.pk])
    decide = reverse("admin:product_isolation_isolationrun_decide", args=[run.pk])
    quote = quote_on(client.get(address))
    option(PRICE="0.30")
    client.post(decide, {"decide": "retry", "quote": quote})
    assert IsolationRun.objects.count() == 4
    client.post(decide, {"decide": "retry", "quote": quote_on(client.get(address))})
    assert IsolationRun.objects.count() == 5


def test_whoever_sees_no_balance_still_orders_what_the_button_said(client):
    client.force_login(make_staff(CHANGE, VIEW, ISOLATE))
    image = make_image("Cup")
    address = choose(client, [image])
    assert Quote.read(quote_on(client.get(address))) == quote_of(plan(image))
    assert press(client, address).status_code == 302
