"""What the sandbox pretends to charge is no money of the shop's, and the other way round."""

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from django_product_isolation import BudgetExceeded, isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import AccountBalance
from django_product_isolation.spending.balance import read_balance
from django_product_isolation.spending.budgets import budgets_left
from django_product_isolation.spending.report import Period, spending
from tests.photos import make_image
from tests.shop import BATCHES, EVERYTHING, RUNS, SPENDING, make_balance, make_run, make_staff

pytestmark = pytest.mark.django_db

SANDBOX = {"BASE_URL": "http://127.0.0.1:8765", "SANDBOX": True}
LIVE = {"BASE_URL": "https://api.runflow.io", "SANDBOX": False}


@pytest.fixture
def trial(option):
    """A result of the sandbox's, in a shop that has gone live since, and is careful."""
    option(**SANDBOX, MONTHLY_BUDGET="0.40", DAILY_BUDGET="0.40")
    run = make_run(Status.APPLIED, cost=Decimal("0.27"), name="Trial mug")
    option(**LIVE)
    return run


def today() -> Period:
    day = timezone.localdate()
    return Period(day, day)


def test_the_first_real_order_has_the_whole_budget(trial, option):
    assert budgets_left() == {"day": Decimal("0.40"), "month": Decimal("0.40")}
    assert isolate(make_image("Cup")).runs.count() == 1
    with pytest.raises(BudgetExceeded):
        isolate(make_image("Pot"))
    option(**SANDBOX)
    assert budgets_left() == {"day": Decimal("0.13"), "month": Decimal("0.13")}


def test_reports_count_what_the_budgets_count(trial, option, client):
    client.force_login(make_staff(*EVERYTHING, SPENDING))
    export = reverse("product_isolation:spending_export")
    assert spending(today()).total.charged == 0
    assert "Trial mug" not in client.get(export).getvalue().decode()
    option(**SANDBOX)
    assert spending(today()).total.charged == Decimal("0.27")
    assert "Trial mug" in client.get(export).getvalue().decode()


def test_the_status_counts_the_same(trial, option):
    assert status()["spent_this_month"] == "0.0000"
    option(**SANDBOX)
    assert (status()["spent_today"], status()["spent_this_month"]) == ("0.2700", "0.2700")


def status() -> dict:
    out = StringIO()
    call_command("isolation_status", "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_sandboxs_balance_is_nobodys_credit(option, client, monkeypatch):
    option(**SANDBOX)
    make_balance(Decimal(1000), asked_at=timezone.now() - timedelta(minutes=2))
    option(**LIVE)
    assert AccountBalance.known() is None
    assert status()["balance"] is None
    client.force_login(make_staff(*EVERYTHING, SPENDING))
    assert client.get(reverse("product_isolation:spending")).context["balance"] is None
    make_run(Status.PROCESSING)
    balance = "django_product_isolation.runflow.RunflowClient.balance"
    monkeypatch.setattr(balance, lambda _client: Decimal("12.34"))
    read_balance()  # though the sandbox was asked two minutes ago
    assert (status()["balance"], AccountBalance.objects.count()) == ("12.3400", 1)


def test_lists_say_that_a_cost_was_the_sandboxs(trial, option, client):
    client.force_login(make_staff(*EVERYTHING, "product_isolation.view_isolationbatch"))
    batch = reverse("product_isolation:progress", args=[trial.batch_id])
    for page in (RUNS, f"{RUNS}{trial.pk}/change/", BATCHES, batch):
        assert "$0.27 (sandbox)" in client.get(page).content.decode(), page
    option(**SANDBOX)
    assert "(sandbox)" not in client.get(RUNS).content.decode()


def test_a_back_catalogue_begins_what_only_the_sandbox_has_isolated(trial, option, go_on):
    option(DAILY_BUDGET=None, MONTHLY_BUDGET=None)
    assert "Left out" in dry_run_or_error()  # the product still shows the sandbox's result
    restore(trial.target.instance(trial.object_pk))
    assert go_on(trial).status == Status.RESTORED
    assert "1 image x $0.27" in dry_run_or_error()
    option(**SANDBOX)
    assert "nothing to isolate" in dry_run_or_error()


def test_a_back_catalogue_begins_nothing_twice_while_the_trials_run_is_open(option):
    option(**SANDBOX)
    make_run(Status.HELD)
    option(**LIVE)
    assert "nothing to isolate" in dry_run_or_error()


def dry_run_or_error() -> str:
    out = StringIO()
    try:
        call_command("isolate_products", "catalogue.ProductImage", "--dry-run", stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()
