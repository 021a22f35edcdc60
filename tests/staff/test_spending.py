"""Spending: the sums, who may see them, and the same as CSV."""

import csv
import io
import re
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone as django_timezone
from django.utils import translation

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import AccountBalance, IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.spending import report as workflow_spending
from tests.moments import at
from tests.shop import BATCHES, EVERYTHING, RUNS, make_balance, make_batch, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network", "last_of_march")]

SPENDING = "product_isolation.view_spending"


def url(**query) -> str:
    return reverse("product_isolation:spending", query=query)


def add_run(batch, status=Status.APPLIED, cost=None, **values) -> IsolationRun:
    """A run without files: only what it costs counts here."""
    count = IsolationRun.objects.count()
    defaults = {"object_pk": str(count), "label": f"Cup {count}", "source_name": "a.jpg"}
    defaults |= {"due_at": None, "runflow_run_id": f"run_{count}"}
    if status in OPEN_STATUSES:
        defaults["active_key"] = str(count)
    cost = None if cost is None else Decimal(cost)
    values = {**defaults, **values}
    return IsolationRun.objects.create(batch=batch, status=status, cost=cost, **values)


def batch_at(moment: str, user=None, **values):
    return make_batch(user, created_at=at(moment), **values)


def as_table(rows) -> dict[str, tuple]:
    return {
        row.name: (row.amount.runs, str(row.amount.charged), str(row.amount.may_cost))
        for row in rows
    }


def shown(client, **query):
    """What the page was drawn from: total, days, people, models, statuses."""
    context = client.get(url(**query)).context
    people, models, statuses = (rows for _, _, rows in context["tables"])
    return context["total"].amount, *map(as_table, (context["days"], people, models, statuses))


def test_the_sums_are_right_to_the_cent(client, bookkeeper):
    ann, ben = make_staff(name="ann"), make_staff(name="ben")
    first = batch_at("2026-03-02 12:00+00:00", ann)
    for _ in range(7):
        add_run(first, cost="0.27")
    add_run(first, Status.REJECTED, cost="0.2699")
    add_run(first, Status.FAILED, reason=Reason.RUN_FAILED)
    add_run(first, Status.CANCELLED, runflow_run_id=None)
    second = batch_at("2026-03-05 12:00+00:00", ben, model_label="catalogue.swatch")
    add_run(second, Status.FAILED, cost="0.27")  # charged: the result came, and was unusable
    add_run(second, Status.PROCESSING)
    add_run(second, Status.QUEUED, runflow_run_id=None)
    add_run(batch_at("2026-02-28 12:00+00:00", ann), cost="5")
    total, days, people, models, statuses = shown(client)
    assert (total.runs, total.charged, total.may_cost) == (13, Decimal("2.4299"), Decimal("0.54"))
    assert days == {
        "March 2, 2026": (10, "2.1599", "0.0000"),
        "March 5, 2026": (3, "0.2700", "0.5400"),
    }
    assert list(days) == ["March 5, 2026", "March 2, 2026"]
    assert people == {"ann": (10, "2.1599", "0.0000"), "ben": (3, "0.2700", "0.5400")}
    assert models == {
        "Product images": (10, "2.1599", "0.0000"),
        "Swatchs": (3, "0.2700", "0.5400"),
    }
    assert statuses["Applied"] == (7, "1.8900", "0.0000")
    assert statuses["Failed"] == (2, "0.2700", "0.0000")
    assert statuses["Cancelled"] == (1, "0.0000", "0.0000")
    assert statuses["Queued"] == (1, "0.0000", "0.2700")


def test_what_is_open_stands_apart_from_what_was_charged(client, bookkeeper):
    batch = batch_at("2026-03-02 12:00+00:00", unit_price=Decimal("1.5"))
    add_run(batch, cost="0.27")
    for status in (Status.PROCESSING, Status.HELD, Status.QUEUED):
        add_run(batch, status)
    page = client.get(url()).content.decode()
    assert "<strong>$0.27</strong> charged for 4 runs" in page
    assert "Not charged yet, at most: $4.50" in page


def test_the_page_and_the_budgets_count_the_same(client, bookkeeper, option):
    option(MONTHLY_BUDGET="100", DAILY_BUDGET="0.30")
    batch = batch_at("2026-03-31 09:00+00:00")
    for status in Status:
        for cost in (None, "0.27"):
            for accepted in ({}, {"runflow_run_id": None}, {"reason": Reason.RUN_FAILED}):
                add_run(batch, status, cost, **accepted)
    total, *_ = shown(client)
    month = IsolationRun.objects.spending_since(at("2026-03-01 00:00+00:00"))
    assert total.charged + total.may_cost == month
    page = client.get(url()).content.decode()
    assert f"${month:.2f} of $100.00 used or reserved" in page
    assert f"${month:.2f} of $0.30 used or reserved, $0.00 left" in page
    assert 'value="0.30"' in page  # no further than the bar goes


@pytest.mark.parametrize(
    ("zone", "moment", "day"),
    [
        ("UTC", "2026-03-09 23:59:59.999999+00:00", "March 9, 2026"),
        ("UTC", "2026-03-10 00:00+00:00", "March 10, 2026"),
        ("Asia/Tokyo", "2026-03-09 15:00+00:00", "March 10, 2026"),
        ("Asia/Tokyo", "2026-03-09 14:59:59+00:00", "March 9, 2026"),
        ("America/New_York", "2026-03-10 03:59:59+00:00", "March 9, 2026"),
        # Clocks go forward on March 8 there: the day has 23 hours.
        ("America/New_York", "2026-03-08 04:59:59+00:00", "March 7, 2026"),
        ("America/New_York", "2026-03-08 05:00+00:00", "March 8, 2026"),
        ("America/New_York", "2026-03-09 03:59:59+00:00", "March 8, 2026"),
        ("America/New_York", "2026-03-09 04:00+00:00", "March 9, 2026"),
        # There is no midnight on March 8: the day begins at one o'clock.
        ("America/Havana", "2026-03-08 04:59:59+00:00", "March 7, 2026"),
        ("America/Havana", "2026-03-08 05:00+00:00", "March 8, 2026"),
    ],
)
def test_a_day_is_one_of_the_shops_own(client, bookkeeper, settings, zone, moment, day):
    settings.TIME_ZONE = zone
    with django_timezone.override(ZoneInfo(zone)):
        add_run(batch_at(moment), cost="0.27")
        _total, days, *_ = shown(client)
        assert days == {day: (1, "0.2700", "0.0000")}
        on_it = datetime.strptime(day, "%B %d, %Y").date()
        for shift, runs in ((-1, 0), (0, 1), (1, 0)):
            that_day = on_it + timedelta(days=shift)
            assert shown(client, **{"from": that_day, "to": that_day})[0].runs == runs


def test_the_period_is_chosen_by_name_or_by_days(client, bookkeeper):
    for moment in ("2026-02-01", "2026-02-28", "2026-03-01", "2026-03-02", "2026-03-31"):
        add_run(batch_at(f"{moment} 12:00+00:00"), cost="1")
    add_run(batch_at("2026-01-31 23:59+00:00"), cost="1")
    assert shown(client)[0].charged == 3
    assert shown(client, period="this-month")[0].charged == 3
    assert shown(client, period="last-month")[0].charged == 2
    assert shown(client, period="last-30-days")[0].charged == 2
    assert shown(client, **{"from": "2026-02-28", "to": "2026-03-01"})[0].charged == 2


def test_only_the_chosen_period_is_marked_though_another_has_the_same_days(
    client, bookkeeper, monkeypatch
):
    monkeypatch.setattr(django_timezone, "now", lambda: at("2026-11-30 10:30+00:00"))
    client.force_login(bookkeeper)
    for key in ("this-month", "last-30-days"):
        page = client.get(url(period=key)).content.decode()
        assert re.findall(r'\?period=([a-z0-9-]+)" aria-current', page) == [key]


@pytest.mark.parametrize(
    ("days", "complaint"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, "must not be after"),
        ({"from": "2025-01-01", "to": "2026-03-01"}, "Select at most one year"),
        ({"from": "2026-03-02"}, "required"),
        ({"from": "=1+1", "to": "today"}, "valid date"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "greater than or equal"),
        ({"from": "9999-12-31", "to": "9999-12-31"}, "less than or equal"),
    ],
)
def test_days_that_make_no_sense_are_refused_in_words(client, bookkeeper, days, complaint):
    response = client.get(url(**days))
    assert response.status_code == 200
    assert complaint in response.content.decode()
    assert client.get(reverse("product_isolation:spending_export", query=days)).status_code == 400


def test_more_runs_than_a_page_adds_up_are_refused_in_words_but_exported(
    client, bookkeeper, monkeypatch
):
    monkeypatch.setattr("django_product_isolation.staff.spending.MAX_RUNS", 2)
    batch = batch_at("2026-02-03 12:00+00:00")
    days = {"from": "2026-02-01", "to": "2026-02-28"}
    for number in range(3):
        page = client.get(url(**days)).content.decode()
        assert "more than 2 images" not in page, number
        add_run(batch, cost="1")
    assert (
        "images were isolated in this period. Select fewer days."
        in client.get(url(**days)).content.decode()
    )
    assert shown(client, **days)[0].runs == 0  # this month, as after any other mistake
    assert shown(client, period="last-month")[0].runs == 3  # the app's own choice is not refused
    assert len(exported(client, **days)) == 3


def test_what_is_begun_while_the_sums_are_made_waits_for_the_next_look(
    client, bookkeeper, monkeypatch
):
    real = workflow_spending.amounts_by_batch

    def meanwhile(period):
        add_run(make_batch(created_at=django_timezone.now()), cost="1")
        return real(period)

    monkeypatch.setattr(workflow_spending, "amounts_by_batch", meanwhile)
    total, *_ = shown(client)
    assert (total.runs, total.charged) == (0, 0)
    monkeypatch.setattr(workflow_spending, "amounts_by_batch", real)
    assert shown(client)[0].charged == 1


def test_the_balance_is_the_one_last_read(client, bookkeeper):
    assert "Unknown. It is updated" in client.get(url()).content.decode()
    make_balance(amount=Decimal("1234.5"), read_at=django_timezone.now())
    page = client.get(url()).content.decode()
    assert "$1,234.50" in page
    hour = "5:30" if django_settings.USE_TZ else "7:30"  # Chicago; São Paulo
    assert f"as of March 31, 2026, {hour} a.m." in page
    AccountBalance.objects.update(amount=None)
    assert "Unknown. It is updated" in client.get(url()).content.decode()


def test_amounts_follow_the_readers_language(client, bookkeeper, option, settings):
    option(DAILY_BUDGET="2000")
    batch = batch_at("2026-03-31 09:00+00:00")
    add_run(batch, cost="1234.5")
    settings.USE_THOUSAND_SEPARATOR = True
    with translation.override("de"):
        page = client.get(url()).content.decode()
    assert "1.234,50" in page
    assert 'max="2000"' in page  # numbers for machines stay as they are
    assert 'value="1234.5000"' in page


def exported(client, **days) -> list[dict[str, str]]:
    query = days or {"from": "2026-03-01", "to": "2026-03-31"}
    response = client.get(reverse("product_isolation:spending_export", query=query))
    assert response.streaming
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(b"".join(response).decode())))


def test_a_long_history_costs_as_many_queries_as_a_short_one(client, bookkeeper, count_queries):
    def look():
        return count_queries(lambda: client.get(url()))

    def load():
        return count_queries(lambda: exported(client))

    add_run(batch_at("2026-03-02 12:00+00:00", make_staff(name="ann")), cost="0.27")
    look()
    few = look(), load()
    for n in range(20):
        user = make_staff(name=f"person {n}")
        batch = batch_at(f"2026-03-{n + 3:02} 12:00+00:00", user, model_label=f"shop.model{n}")
        for status in Status:
            add_run(batch, status)
    assert (look(), load()) == few


def test_there_is_no_inline_script_or_style(client, bookkeeper):
    add_run(batch_at("2026-03-02 12:00+00:00"), cost="0.27")
    page = client.get(url()).content.decode()
    main = page.partition('id="content-main"')[2]
    assert "<svg" in main
    assert "<script" not in main
    assert "<style" not in page
    assert " style=" not in page


@pytest.mark.parametrize(
    "address", [RUNS, BATCHES, "/admin/product_isolation/", "spending", "run", "batch"]
)
def test_a_sandbox_says_on_every_page_that_no_money_is_spent(client, option, address):
    client.force_login(make_staff(*EVERYTHING, SPENDING))
    run = add_run(batch_at("2026-03-02 12:00+00:00"))
    address = {
        "spending": url(),
        "run": f"{RUNS}{run.pk}/change/",
        "batch": reverse("product_isolation:progress", args=[run.batch_id]),
    }.get(address, address)
    said = "This is a sandbox: no money is spent"
    assert said not in client.get(address).content.decode()
    option(BASE_URL="http://127.0.0.1:8600")  # a gateway, for all we know
    assert said not in client.get(address).content.decode()
    option(SANDBOX=True)
    assert client.get(address).content.decode().count(said) == 1
