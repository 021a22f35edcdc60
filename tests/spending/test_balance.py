"""Who asks Runflow what credit is left, when, and what becomes of the answer."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError
from django.urls import reverse
from django.utils import timezone

from django_product_isolation import isolate, tasks
from django_product_isolation.choices import Status
from django_product_isolation.models import AccountBalance, IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    AccountRefused,
    NotReached,
    OutcomeUnknown,
    RateLimited,
    RunflowClient,
)
from django_product_isolation.runflow.access import access
from django_product_isolation.spending.balance import WORKED_ON, read_balance
from django_product_isolation.workflow import advance_for
from tests.due_steps import sweep
from tests.photos import make_image
from tests.shop import EVERYTHING, make_run, make_staff

pytestmark = pytest.mark.django_db


class Asked:
    """Stands for Runflow's account: what it answers, and how often it was asked."""

    def __init__(self) -> None:
        self.times = 0
        self.answer: Decimal | Exception | None = Decimal("12.34")

    def balance(self, _client) -> Decimal | None:
        self.times += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def asked(monkeypatch):
    asked = Asked()
    monkeypatch.setattr(RunflowClient, "balance", lambda client: asked.balance(client))
    return asked


def known() -> AccountBalance | None:
    return AccountBalance.objects.first()


def some_time_later(**delta) -> None:
    """As if Runflow had been asked so long ago."""
    ago = timezone.now() - timedelta(**delta)
    AccountBalance.objects.update(asked_at=ago, read_at=ago)


@pytest.mark.parametrize("shape", ["balance", "balance_cents"])
def test_the_balance_is_kept_from_either_document(run, runflow, shape):
    runflow.behave(balance_shape=shape)
    runflow.set_balance("41.50")
    read_balance()
    assert known().amount == Decimal("41.50")
    assert timezone.now() - known().read_at < timedelta(seconds=30)


def test_it_is_asked_for_at_most_every_ten_minutes(asked):
    make_run(Status.PROCESSING)
    for _ in range(3):
        read_balance()
    assert asked.times == 1
    some_time_later(minutes=9)
    read_balance()
    assert asked.times == 1
    some_time_later(minutes=11)
    read_balance()
    assert asked.times == 2


def test_what_was_not_enough_for_an_image_is_looked_at_again_within_a_minute(asked):
    make_run(Status.PROCESSING)
    asked.answer = Decimal("0.26")
    read_balance()
    some_time_later(seconds=50)
    read_balance()
    assert asked.times == 1
    some_time_later(seconds=70)
    asked.answer = Decimal("500")
    read_balance()
    assert known().amount == Decimal("500")
    some_time_later(seconds=70)
    read_balance()
    assert asked.times == 2


@pytest.mark.django_db(transaction=True)
def test_of_several_at_once_one_asks(asked, monkeypatch):
    """The second looks while the first has not written yet."""
    make_run(Status.PROCESSING)
    look = RunQuerySet.exists

    def be_late(runs):
        AccountBalance.objects.get_or_create(pk=1, asked_with=access())
        return look(runs)

    monkeypatch.setattr(RunQuerySet, "exists", be_late)
    read_balance()
    assert asked.times == 0


def test_a_failure_is_not_repeated_before_its_time_either(asked):
    make_run(Status.PROCESSING)
    asked.answer = NotReached()
    for _ in range(3):
        read_balance()
    assert asked.times == 1


@pytest.mark.parametrize("status", Status)
def test_only_while_runs_are_worked_on(asked, status):
    make_run(status)
    read_balance()
    assert asked.times == (status in WORKED_ON)


def test_a_runflow_that_cannot_be_asked_leaves_what_was_known(asked):
    make_run(Status.PROCESSING)
    read_balance()
    for asked.answer in (NotReached(), OutcomeUnknown(status=500), RateLimited(status=429)):
        some_time_later(minutes=11)
        read_balance()
        assert known().amount == Decimal("12.34")
        assert timezone.now() - known().read_at > timedelta(minutes=11)
    assert asked.times == 4


@pytest.mark.parametrize("answer", [AccountRefused(status=403), AccountRefused(status=401), None])
def test_a_key_that_may_not_know_leaves_none(asked, answer):
    make_run(Status.PROCESSING)
    read_balance()
    some_time_later(minutes=11)
    asked.answer = answer
    read_balance()
    assert known().amount is None


def test_a_refusal_for_want_of_credit_asks_at_once(image, runflow, step, asked):
    read_balance(at_once=True)
    runs = [isolate(make_image(name)).runs.get() for name in "AB"]
    runflow.behave(fault="payment_required")
    asked.answer = Decimal("0.10")
    run = step(runs[0])
    assert (run.status, run.reason) == (Status.HELD, Reason.NO_CREDIT)
    assert asked.times == 2
    assert known().amount == Decimal("0.10")


def test_a_refused_key_is_no_reason_to_ask(run, runflow, step, asked):
    runflow.behave(fault="unauthorized")
    assert step(run).reason == Reason.KEY_REFUSED
    assert asked.times == 0


def test_a_database_that_fails_does_not_stop_the_worker(asked, monkeypatch, caplog):
    def fail(*_args):
        raise DatabaseError("gone")

    monkeypatch.setattr("django_product_isolation.spending.balance.claim_reading", fail)
    read_balance()
    assert "balance_unrecorded" in caplog.text


@pytest.fixture
def due():
    """A run that waits for its turn, beside one that is at Runflow."""
    make_run(Status.PROCESSING, name="Pot")
    return make_run(Status.READY, review=False, due_at=timezone.now())


def take_by_task(run) -> None:
    tasks.advance_run(str(run.pk))


def take_by_sweep(_run) -> None:
    sweep()


def take_for_the_page(run) -> None:
    advance_for([run.pk], seconds=1)


@pytest.mark.parametrize("take", [take_by_task, take_by_sweep, take_for_the_page])
def test_whoever_takes_steps_keeps_it_up_to_date(asked, due, take):
    take(due)
    assert asked.times == 1
    assert IsolationRun.objects.get(pk=due.pk).status == Status.APPLIED


@pytest.mark.parametrize("take", [take_by_task, take_by_sweep, take_for_the_page])
def test_whoever_takes_no_step_asks_nothing(asked, due, take):
    IsolationRun.objects.update(due_at=None)
    take(due)
    assert asked.times == 0


@pytest.mark.parametrize("workers", ["thread", "embedded", "celery"])
def test_the_batch_page_asks_nothing(client, settings, asked, due, workers):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": workers}
    client.force_login(make_staff(*EVERYTHING))
    page = client.get(reverse("product_isolation:progress", args=[due.batch_id]))
    assert page.status_code == 200
    assert asked.times == 0
