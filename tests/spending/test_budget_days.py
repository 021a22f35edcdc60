"""Which day and month an order counts in: the site's, at one moment for the whole order."""

from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from django_product_isolation import BudgetExceeded, isolate, site_clock
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.spending.budgets import budgets, budgets_left
from django_product_isolation.spending.report import Period, spending
from django_product_isolation.workflow import start
from django_product_isolation.workflow.queue_status import overview
from tests.moments import at
from tests.photos import make_image
from tests.shop import make_batch, make_run

pytestmark = pytest.mark.django_db

EVERYWHERE = ["Pacific/Kiritimati", "Etc/GMT+12", "UTC", "America/Havana"]


@pytest.fixture
def it_is(monkeypatch):
    """Set the clock."""

    def set_to(text):
        monkeypatch.setattr(timezone, "now", lambda: at(text))

    return set_to


@pytest.mark.parametrize("person", EVERYWHERE)
@pytest.mark.parametrize("site", EVERYWHERE)
@pytest.mark.parametrize("now", ["2026-03-31 10:30+00:00", "2026-04-01 03:30+00:00"])
def test_a_budget_is_the_same_wherever_the_person_is(settings, option, it_is, site, person, now):
    settings.TIME_ZONE = site
    it_is(now)
    option(MONTHLY_BUDGET="0.27", DAILY_BUDGET="0.27")
    isolate(make_image())
    with timezone.override(ZoneInfo(person)):
        assert budgets_left() == {"day": Decimal(0), "month": Decimal(0)}
        with pytest.raises(BudgetExceeded):
            isolate(make_image())
        seen = overview()
        assert (seen.today, seen.month) == (Decimal("0.27"), Decimal("0.27"))
        today = site_clock.today()
        assert spending(Period(today, today)).total.may_cost == Decimal("0.27")


def test_a_new_month_begins_where_the_site_is(settings, option, it_is):
    settings.TIME_ZONE = "America/New_York"
    option(MONTHLY_BUDGET="0.27")
    it_is("2026-04-01 03:59:59+00:00")
    isolate(make_image())
    with timezone.override(ZoneInfo("Pacific/Kiritimati")), pytest.raises(BudgetExceeded):
        isolate(make_image())
    it_is("2026-04-01 04:00:00+00:00")
    isolate(make_image())


def test_what_waits_over_midnight_is_counted_and_dated_on_the_same_day(
    settings, option, it_is, monkeypatch
):
    settings.TIME_ZONE = "UTC"
    option(DAILY_BUDGET="0.27")
    it_is("2026-03-09 23:59:59+00:00")
    make_run(batch=make_batch(created_at=at("2026-03-09 12:00:00+00:00")))
    take_lock = start.take_spending_lock

    def wait():
        take_lock()
        it_is("2026-03-10 00:00:03+00:00")

    monkeypatch.setattr(start, "take_spending_lock", wait)
    batch = isolate(make_image())  # yesterday's budget was used up, today's is not
    assert site_clock.day_of(batch.created_at) == site_clock.day_of(at("2026-03-10 12:00:00+00:00"))
    assert IsolationBatch.objects.get(pk=batch.pk).created_at == batch.created_at
    assert budgets_left() == {"day": Decimal(0)}


def test_a_clock_that_goes_on_while_the_money_is_counted_does_not_matter(
    settings, option, it_is, monkeypatch
):
    settings.TIME_ZONE = "UTC"
    option(DAILY_BUDGET="0.27")
    it_is("2026-03-09 23:59:59.9+00:00")
    make_run(batch=make_batch(created_at=at("2026-03-09 12:00:00+00:00")))
    save = IsolationBatch.save

    def save_slowly(batch, *args, **kwargs):
        save(batch, *args, **kwargs)
        it_is("2026-03-10 00:00:00.1+00:00")

    monkeypatch.setattr(IsolationBatch, "save", save_slowly)
    with pytest.raises(BudgetExceeded):
        isolate(make_image())
    assert IsolationRun.objects.count() == 1


def test_the_database_may_keep_its_times_in_a_zone_of_its_own(settings, option, it_is):
    """The option TIME_ZONE of DATABASES, which databases without zones have."""
    if not settings.USE_TZ or connection.features.supports_timezones:
        pytest.skip("This database, or this project, has no such option.")
    connection.settings_dict["TIME_ZONE"] = "Asia/Tokyo"
    for name in ("timezone", "timezone_name"):
        connection.__dict__.pop(name, None)
    try:
        settings.TIME_ZONE = "America/New_York"
        option(DAILY_BUDGET="0.54")
        it_is("2026-03-10 03:59:59+00:00")
        isolate(make_image())
        it_is("2026-03-10 04:00:00+00:00")
        isolate(make_image())
        assert budgets_left() == {"day": Decimal("0.27")}
        assert budgets()["day"].since == at("2026-03-10 04:00+00:00")
        days = spending(Period(site_clock.today() - timedelta(days=1), site_clock.today())).by_day
        assert sorted((day.day, amount.runs) for day, amount in days.items()) == [(9, 1), (10, 1)]
    finally:
        connection.settings_dict["TIME_ZONE"] = None
        for name in ("timezone", "timezone_name"):
            connection.__dict__.pop(name, None)
