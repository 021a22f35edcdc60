"""One clock decides what is due and whose lease runs: the database's, whatever its zone."""

import ast
from datetime import datetime, timedelta
from datetime import timezone as zones
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

import django_product_isolation
from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import LEASE
from django_product_isolation.workflow import advance, approve, resume, stop
from django_product_isolation.workflow.queue_status import lateness
from django_product_isolation.workflow.steps import STEPS
from django_product_isolation.workflow.timing import seconds_from_now
from tests.photos import make_image

pytestmark = pytest.mark.django_db

A_MOMENT = timedelta(seconds=5)
SET_ZONE = {"mysql": "SET time_zone = %s", "postgresql": "SET TIME ZONE %s"}


@pytest.fixture(params=["+05:00", "-11:00"])
def session_zone(request):
    """The session's own time zone is not the one in which Django keeps moments."""
    if connection.vendor not in SET_ZONE:
        pytest.skip("This database has no zone of its own.")
    with connection.cursor() as cursor:
        cursor.execute(SET_ZONE[connection.vendor], [request.param])
    yield
    connection.close() if not connection.in_atomic_block else reset_zone()


def reset_zone():
    with connection.cursor() as cursor:
        cursor.execute(SET_ZONE[connection.vendor], ["+00:00"])


@pytest.fixture
def fast_clock(monkeypatch):
    """From here on this process believes that it is tomorrow."""

    def begin(ahead=timedelta(days=1)):
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + ahead)

    return begin


def true_now():
    return datetime.now(zones.utc)


def database_now():
    return IsolationRun.objects.annotate(at=DatabaseNow()).values_list("at", flat=True).get()


def due_in(run) -> timedelta:
    return IsolationRun.objects.get(pk=run.pk).due_at - true_now()


def test_the_database_tells_the_true_time(run):
    assert abs(database_now() - true_now()) < A_MOMENT


def test_the_sessions_time_zone_changes_nothing(run, session_zone):
    assert abs(database_now() - true_now()) < A_MOMENT
    claimed = IsolationRun.objects.claim(run.pk)
    assert abs(claimed.lease_until - true_now() - LEASE) < A_MOMENT
    assert not IsolationRun.objects.due().exists()
    claimed.release_until(seconds_from_now(30))
    assert abs(due_in(run) - timedelta(seconds=30)) < A_MOMENT


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
@pytest.mark.parametrize("use_tz", [True, False])
def test_moments_are_kept_as_django_keeps_its_own(zone, use_tz, run):
    with override_settings(USE_TZ=use_tz, TIME_ZONE=zone):
        IsolationRun.objects.update(due_at=timezone.now())
        assert abs(database_now() - timezone.now()) < A_MOMENT
        claimed = IsolationRun.objects.claim(run.pk)
        assert abs(claimed.lease_until - timezone.now() - LEASE) < A_MOMENT
        claimed.release_until(seconds_from_now(30))
        [due_at] = IsolationRun.objects.values_list("due_at", flat=True)
        assert abs(due_at - timezone.now() - timedelta(seconds=30)) < A_MOMENT
        assert not IsolationRun.objects.due().exists()


def test_a_worker_with_a_fast_clock_takes_no_run_before_its_time(run, fast_clock):
    IsolationRun.objects.update(due_at=true_now() + timedelta(hours=1))
    fast_clock()
    assert advance(run.pk) is False


@pytest.mark.parametrize("hours", [24, -24])
def test_a_worker_with_a_wrong_clock_parks_no_run_until_its_own_time(
    hours, run, runflow, fast_clock
):
    runflow.behave(fault="stuck_in_queued")
    fast_clock(timedelta(hours=hours))
    assert advance(run.pk)
    run = IsolationRun.objects.get(pk=run.pk)
    assert run.status == Status.PROCESSING
    assert timedelta() < due_in(run) < timedelta(minutes=1)
    assert abs(run.status_since - true_now()) < A_MOMENT


def test_a_worker_with_a_fast_clock_does_not_give_up_what_has_just_begun(run, runflow, fast_clock):
    runflow.behave(fault="stuck_in_queued")
    advance(run.pk)
    IsolationRun.objects.update(due_at=true_now())
    fast_clock(timedelta(days=2))
    assert advance(run.pk)
    assert IsolationRun.objects.get(pk=run.pk).status == Status.PROCESSING


def test_what_people_order_and_decide_on_a_fast_web_server_is_due_at_once(image, fast_clock, run):
    run.move_to(Status.HELD, held_from=Status.PROCESSING)
    fast_clock()
    other = isolate(make_image("Pot")).runs.get()
    assert due_in(other) < A_MOMENT
    assert resume(IsolationRun.objects.get(pk=run.pk))
    assert due_in(run) < A_MOMENT
    assert stop(IsolationRun.objects.get(pk=run.pk))
    assert due_in(run) < A_MOMENT
    IsolationRun.objects.filter(pk=other.pk).update(status=Status.READY, review=True, due_at=None)
    assert approve(other)
    assert due_in(other) < A_MOMENT


def test_a_watcher_with_a_fast_clock_sees_nothing_late(run, fast_clock):
    fast_clock()
    assert lateness() < A_MOMENT


def test_a_hint_during_a_step_is_still_not_put_off(run, monkeypatch):
    def hinted(run):
        IsolationRun.objects.filter(pk=run.pk).update(status=Status.SUBMITTING)
        assert IsolationRun.objects.wake(run.pk)
        IsolationRun.objects.filter(pk=run.pk).update(status=Status.QUEUED)
        run.release_until(seconds_from_now(600))

    monkeypatch.setitem(STEPS, Status.QUEUED, hinted)
    advance(run.pk)
    assert due_in(run) < A_MOMENT


def test_no_step_asks_its_own_process_for_the_time():
    """Dates of days and of rows that nobody waits for are another matter."""
    folder = Path(django_product_isolation.__file__).parent / "workflow"
    its_own = {"queue_status.py"}
    for path in folder.glob("*.py"):
        names = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Attribute)]
        asked = any(n.attr == "now" and getattr(n.value, "id", "") == "timezone" for n in names)
        assert not asked or path.name in its_own, path.name


def test_the_offset_is_what_was_seen_last():
    clock.seen(timezone.now() + timedelta(hours=3))
    assert abs(clock.now() - timezone.now() - timedelta(hours=3)) < A_MOMENT
    clock.seen(timezone.now())
