import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone, translation

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from tests.shop import make_balance, make_batch, make_run

pytestmark = pytest.mark.django_db


def run_command(*args):
    out = StringIO()
    call_command("isolation_status", *args, stdout=out)
    return out.getvalue()


def due_since(run, **ago):
    due_at = timezone.now() - timedelta(**ago)
    IsolationRun.objects.filter(pk=run.pk).update(due_at=due_at)


def test_a_shop_with_nothing_open_hears_so():
    assert run_command() == (
        "Open: nothing.\nCharged or reserved: $0.00 today, $0.00 this month.\n"
    )


def test_open_runs_are_counted_by_status_with_the_age_of_the_oldest():
    old = make_batch(created_at=timezone.now() - timedelta(hours=3))
    make_run(Status.PROCESSING, batch=old)
    make_run(Status.QUEUED)
    make_run(Status.APPLIED)
    said = run_command()
    assert "Open: 2 (1 queued, 1 being isolated). The oldest was begun 3 hours ago." in said


def test_originals_that_are_being_put_back_are_open_too_and_told_in_english(settings):
    settings.LANGUAGE_CODE = "de"
    make_run(Status.RESTORING)
    with translation.override("de"):
        assert "Open: 1 (1 restoring).\n" in run_command()


def test_what_is_held_is_told_with_its_reason_in_words():
    for _ in range(2):
        make_run(Status.HELD, reason=Reason.NO_CREDIT)
    assert f"Held: 2 x no-credit. {Reason.NO_CREDIT.label}" in run_command()


@pytest.mark.parametrize(
    ("workers", "says"),
    [
        ("thread", "own processes"),
        ("embedded", "isolation_worker"),
        ("celery", "beat"),
        ("django", "isolation_worker for the sweep"),
    ],
)
def test_late_steps_are_told_with_who_should_take_them(workers, says, option):
    option(WORKERS=workers)
    due_since(make_run(Status.PROCESSING), minutes=5)
    (line,) = [line for line in run_command().splitlines() if line.startswith("Late")]
    assert "5 minutes" in line
    assert says in line


def test_spending_stands_beside_its_budgets_and_the_balance(option):
    option(DAILY_BUDGET="20")
    make_run(Status.APPLIED, cost=Decimal("0.27"))
    read_at = timezone.now() - timedelta(minutes=7)
    make_balance(amount=Decimal("87.2"), read_at=read_at)
    said = run_command()
    assert "Charged or reserved: $0.27 today of $20.00, $0.27 this month." in said
    assert "Balance at Runflow: $87.20, read 7 minutes ago." in said


def test_programs_get_one_document():
    due_since(make_run(Status.HELD, reason=Reason.NO_CREDIT), minutes=4)
    document = json.loads(run_command("--json"))
    assert document["open"] == {"held": 1}
    assert document["held"] == {"no-credit": 1}
    assert 240 <= document["late_seconds"] < 300
    assert document["spent_today"] == "0.2700"


def test_it_fails_when_a_step_is_later_than_allowed():
    due_since(make_run(Status.PROCESSING), minutes=5)
    run_command("--max-late", "10")
    with pytest.raises(CommandError, match="due for 5 minutes"):
        run_command("--max-late", "3")


@pytest.mark.parametrize("minutes", ["nan", "inf", "-1", "99999999999999"])
def test_a_lateness_that_makes_no_sense_is_refused(minutes):
    with pytest.raises(CommandError, match="--max-late takes"):
        run_command("--max-late", minutes)


def health(client):
    response = client.get(reverse("product_isolation:health"))
    return response.status_code, response.json()


def test_the_health_view_is_well_while_steps_are_taken_in_time(client, settings):
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE,
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    due_since(make_run(Status.PROCESSING), minutes=9)
    assert health(client) == (200, {"status": "ok"})


def test_a_site_whose_steps_are_late_is_alive_all_the_same(client):
    due_since(make_run(Status.PROCESSING), minutes=11)
    assert health(client) == (200, {"status": "late"})


@pytest.mark.parametrize(
    ("minutes", "status", "says"), [(9, 200, "ok"), (11, 503, "late")], ids=["in-time", "late"]
)
def test_the_lateness_view_is_well_while_steps_are_taken_in_time(minutes, status, says, client):
    due_since(make_run(Status.PROCESSING), minutes=minutes)
    response = client.get(reverse("product_isolation:lateness"))
    assert (response.status_code, response.json()) == (status, {"status": says})


def test_the_health_view_takes_one_query_and_is_not_kept(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get(reverse("product_isolation:health"))
    assert "no-store" in response["Cache-Control"]
    assert client.post(reverse("product_isolation:health")).status_code == 405


def test_the_health_view_says_so_when_there_is_no_database(client, monkeypatch, caplog):
    from django.db import OperationalError

    def fail(*_args):
        raise OperationalError("gone")

    monkeypatch.setattr("django_product_isolation.views.health.lateness", fail)
    monkeypatch.setattr("django_product_isolation.views.health.connection.cursor", fail)
    for _ in range(3):
        assert health(client) == (503, {"status": "no database"})
    assert caplog.text.count("health_unknown") == 1
    assert client.get(reverse("product_isolation:lateness")).status_code == 503


def test_a_site_without_our_tables_is_alive_while_it_is_being_deployed(client, monkeypatch):
    from django.db import ProgrammingError

    def fail(*_args):
        raise ProgrammingError("no such table")

    monkeypatch.setattr("django_product_isolation.views.health.lateness", fail)
    assert health(client) == (200, {"status": "unknown"})
    assert client.get(reverse("product_isolation:lateness")).status_code == 503


def test_results_are_counted_by_marketplace():
    facts = {"format": "JPEG", "width": 1024, "height": 1024, "bytes": 90_000, "source_type": ""}
    for number, values in enumerate([{"published": facts}, {"published": {**facts, "width": 300}}]):
        batch = make_batch(places=["ebay", "google"])
        make_run(Status.APPLIED, batch=batch, name=f"Cup {number}", **values)
    assert json.loads(run_command("--json"))["marketplaces"] == {
        "ebay": {"yes": 2},
        "google": {"no": 2},
    }
    assert "eBay, results of 30 days: 2 accepted, 0 not, 0 not fully measured." in run_command()
