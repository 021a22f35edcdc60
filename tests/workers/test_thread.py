"""WORKERS = "thread": who wakes the thread, what it does, when it ends."""

import os
import sys
import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.db import OperationalError, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from django_product_isolation import isolate, workers, workflow
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.workers import outage_log, thread
from django_product_isolation.workflow.leases import keeper
from tests.moments import overdue, until
from tests.photos import make_image
from tests.shop import EVERYTHING, make_run, make_staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def threads(settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "thread"}


def all_done(runs):
    return lambda: {run.status for run in runs.all()} == {Status.SUPERSEDED}


@pytest.fixture
def woken(monkeypatch):
    """How often the process's own thread was woken; it is not begun."""
    times = []
    monkeypatch.setattr(thread, "may_begin", lambda: True)
    monkeypatch.setattr(thread.worker, "wake", lambda: times.append(time.monotonic()))
    monkeypatch.setattr(thread.request_watch, "next", float("inf"))
    return times


def test_all_that_is_due_is_done_and_the_thread_ends(work, changed_images, monkeypatch):
    closed = []
    monkeypatch.setattr(
        thread, "connections", SimpleNamespace(close_all=lambda: closed.append(connections))
    )
    work.wake()
    until(all_done(changed_images))
    until(lambda: work.thread is None)
    assert closed
    assert not [t for t in threading.enumerate() if t.name == "isolation-worker"]


def test_it_comes_back_when_a_run_wants_attention(work, changed_images):
    soon = timezone.now() + timedelta(seconds=1)
    IsolationRun.objects.update(due_at=soon)
    work.wake()
    time.sleep(0.3)
    assert not IsolationRun.objects.filter(status=Status.SUPERSEDED).exists()
    until(all_done(changed_images))


def test_who_wakes_it_while_it_sleeps_is_seen_at_once(work, changed_images):
    IsolationRun.objects.update(due_at=overdue() + timedelta(hours=1))
    work.wake()
    time.sleep(0.3)
    first = work.thread
    IsolationRun.objects.update(due_at=overdue())
    work.wake()
    assert work.thread is first
    until(all_done(changed_images), seconds=5)


def test_what_is_in_other_hands_is_waited_for(changed_images):
    assert thread.seconds_to_next() == thread.SHORTEST_SLEEP
    IsolationRun.objects.update(
        lease_owner="01991d03-8dc0-7cba-a551-2100f80b56fc",
        lease_until=timezone.now() + timedelta(minutes=1),
    )
    assert thread.seconds_to_next() == thread.LONGEST_SLEEP
    IsolationRun.objects.update(due_at=None)
    assert thread.seconds_to_next() is None


@pytest.mark.parametrize("error", [OperationalError("gone"), ZeroDivisionError("a canary")])
def test_nothing_ends_it_before_the_work_is_done(error, work, changed_images, monkeypatch, caplog):
    monkeypatch.setattr(outage_log, "FIRST_PAUSE", 0.01)
    real, failures = workflow.work_on, [5]

    def flaky(pk):
        if failures[0]:
            failures[0] -= 1
            raise error
        return real(pk)

    monkeypatch.setattr(workflow, "work_on", flaky)
    work.wake()
    until(all_done(changed_images))
    told = [r.getMessage().split()[0] for r in caplog.records if "without_database" in r.msg]
    assert len([r for r in caplog.records if "_over" in r.getMessage()]) == 1, told


def test_a_database_that_is_read_only_is_told_once_though_it_can_be_read(
    work, changed_images, monkeypatch, caplog
):
    monkeypatch.setattr(outage_log, "FIRST_PAUSE", 0.01)
    claim, failures = RunQuerySet.claim, [6]

    def flaky(self, pk):
        if failures[0]:
            failures[0] -= 1
            raise OperationalError("attempt to write a readonly database")
        return claim(self, pk)

    monkeypatch.setattr(RunQuerySet, "claim", flaky)
    work.wake()
    until(all_done(changed_images))
    until(lambda: "worker_without_database_over" in caplog.text)
    assert caplog.text.count("worker_without_database error=") == 1
    assert "Traceback" not in caplog.text


def test_a_process_that_ends_begins_no_further_step(work, changed_images, monkeypatch):
    monkeypatch.setattr(keeper, "is_closing", True)
    work._take_steps()
    assert not IsolationRun.objects.filter(status=Status.SUPERSEDED).exists()
    monkeypatch.setattr(keeper, "is_closing", False)


def test_a_process_without_further_threads_says_so_and_goes_on(work, monkeypatch, caplog):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    work.wake()
    assert "worker_without_thread" in caplog.text
    assert work.thread is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="No processes are forked here.")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # this process has threads
def test_a_forked_process_has_a_thread_of_its_own(monkeypatch):
    monkeypatch.setattr(thread.worker, "thread", threading.current_thread())
    child = os.fork()
    if not child:
        os._exit(0 if thread.worker.thread is None and not keeper.held else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_an_order_wakes_it_when_it_is_committed(woken):
    isolate(make_image())
    assert len(woken) == 1


def test_looking_at_a_batch_wakes_it(woken):
    run = make_run(Status.PROCESSING)
    client = Client()
    client.force_login(make_staff(*EVERYTHING))
    assert client.get(reverse("product_isolation:progress", args=[run.batch_id])).status_code == 200
    assert woken


@pytest.mark.parametrize("wrong", [{"WORKER": "thread"}, None, {"IMAGES": ["catalogue.Product"]}])
def test_a_wrong_setting_breaks_no_request_of_the_shops(wrong, settings, monkeypatch, client):
    settings.PRODUCT_ISOLATION = wrong
    monkeypatch.setattr(thread.request_watch, "next", 0.0)
    assert client.get("/admin/login/").status_code == 200


def test_any_request_wakes_it_once_a_minute(woken, monkeypatch, client):
    monkeypatch.setattr(thread.request_watch, "next", 0.0)
    for _ in range(5):
        client.get("/nowhere/")
    assert len(woken) == 1
    monkeypatch.setattr(thread.request_watch, "next", time.monotonic() - 0.001)
    client.get("/nowhere/")
    assert len(woken) == 2


@pytest.mark.parametrize("other", ["embedded", "celery"])
def test_where_others_take_the_steps_nothing_is_woken(other, woken, settings, client, monkeypatch):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": other}
    monkeypatch.setattr(thread.request_watch, "next", 0.0)
    client.get("/nowhere/")
    workers.current().wake()
    assert woken == []


@pytest.mark.parametrize("gone", ["request", "elves", ["thread"]])
def test_on_a_server_that_runs_no_checks_a_wrong_setting_leaves_no_order_lying(
    gone, woken, settings
):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": gone}
    isolate(make_image())
    assert woken


def test_in_a_shops_own_tests_no_thread_is_begun(monkeypatch):
    monkeypatch.setattr(thread.worker, "wake", lambda: pytest.fail("begun"))
    isolate(make_image())


@pytest.mark.parametrize(
    ("options", "runs"),
    [({}, False), ({"enable-threads": True}, True), ({"threads": b"4"}, True)],
)
def test_uwsgi_is_asked_whether_it_runs_threads(options, runs, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "uwsgi", SimpleNamespace(opt=options))
    monkeypatch.setitem(sys.modules, "django.test.utils", None)  # no tests, as it were
    thread.warn_of_no_threads.cache_clear()
    assert [thread.may_begin() for _ in range(3)] == [runs] * 3
    assert caplog.text.count("--enable-threads") == (0 if runs else 1)


def test_the_setting_that_went_is_an_error_with_the_way_out(settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "request"}
    [found] = [m for m in run_checks() if m.id.startswith("product_isolation.")]
    assert found.id == "product_isolation.E035"
    assert "isolation_worker --once" in found.hint
