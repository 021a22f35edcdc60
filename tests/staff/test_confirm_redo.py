"""Ordering anew what waits for review turns the old result down."""

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import (
    IsolationRun,
    RunEvent,
)
from django_product_isolation.staff.selections import select
from tests.photos import make_image
from tests.shop import (
    CHANGE,
    ISOLATE,
    VIEW,
    image_of,
    make_batch,
    make_run,
    make_staff,
    press,
    status_of,
)
from tests.shops.catalogue.models import ProductImage

from .test_confirm import make_selection

pytestmark = pytest.mark.django_db


def redo_page(run, user, rf) -> str:
    """The confirm page's address for having the run's image isolated once more."""
    request = rf.post("/")
    request.user = user
    return select(request, ProductImage, "admin", [run.object_pk], redo_of=[run.pk])["Location"]


def test_a_result_that_waits_is_turned_down_by_the_order_and_not_before(client, staff, rf):
    run = make_run(Status.READY, name="Cup")
    address = redo_page(run, staff, rf)
    page = client.get(address).content.decode()
    assert "1 result that waits for review is rejected when you order this." in page
    assert status_of(run) == Status.READY
    press(client, address)
    assert status_of(run) == Status.REJECTED
    assert run.events.get(kind=RunEvent.Kind.STATUS).actor == staff
    newer = IsolationRun.objects.exclude(pk=run.pk).get()
    assert (newer.object_pk, newer.status) == (run.object_pk, Status.QUEUED)


def test_an_order_over_budget_turns_nothing_down(client, staff, rf, option, monkeypatch):
    option(DAILY_BUDGET="0.10")
    monkeypatch.setattr("django_product_isolation.staff.order_costs.budgets_left", dict)
    run = make_run(Status.READY, batch=make_batch(unit_price=0))
    press(client, redo_page(run, staff, rf))
    assert status_of(run) == Status.READY
    assert IsolationRun.objects.count() == 1


def test_whoever_may_not_review_turns_nothing_down(client, staff, rf):
    run = make_run(Status.READY, name="Cup")
    address = redo_page(run, staff, rf)
    client.force_login(make_staff(CHANGE, VIEW, ISOLATE, name="bea"))
    assert "Cup has a result that waits for review." in client.get(address).content.decode()
    press(client, address)
    assert status_of(run) == Status.READY
    assert IsolationRun.objects.count() == 1


def test_a_result_of_an_image_that_is_left_out_is_not_turned_down(
    client, staff, rf, some_are_locked
):
    run, other = make_run(Status.READY, name="Cup"), make_image("Pot")
    ProductImage.objects.filter(pk=run.object_pk).update(caption="locked")
    address = make_selection([image_of(run), other], redo_of=[str(run.pk)])
    press(client, address)
    assert status_of(run) == Status.READY
    assert IsolationRun.objects.exclude(pk=run.pk).get().label == "Pot"


def test_a_result_of_another_image_is_not_turned_down(client, staff):
    run, other = make_run(Status.READY, name="Cup"), make_image("Pot")
    press(client, make_selection([other], redo_of=[str(run.pk)]))
    assert status_of(run) == Status.READY
    assert IsolationRun.objects.exclude(pk=run.pk).get().label == "Pot"


@pytest.mark.parametrize("status", [Status.FAILED, Status.REJECTED, Status.APPLIED])
def test_runs_that_are_over_stay_as_they_are(client, staff, rf, status):
    run = make_run(status, name="Cup")
    press(client, redo_page(run, staff, rf))
    assert status_of(run) == status
    assert IsolationRun.objects.filter(object_pk=run.object_pk).count() == 2


def test_a_run_that_is_under_way_is_left_alone(client, staff, rf):
    run = make_run(Status.PROCESSING, name="Cup")
    page = client.get(redo_page(run, staff, rf)).content.decode()
    assert "Cup is being isolated already." in page
