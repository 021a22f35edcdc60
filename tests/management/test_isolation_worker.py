import os
import signal
import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import InternalError, OperationalError, ProgrammingError, connection

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.workers import outage_log, pool
from tests.photos import make_image

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def signals_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def work(*args):
    out = StringIO()
    call_command("isolation_worker", "--once", *args, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("threads", ["1", "3"])
def test_once_takes_every_due_step_and_ends(threads, changed_images):
    assert work("--threads", threads) == ""  # cron would mail it each time
    assert {run.status for run in changed_images.all()} == {Status.SUPERSEDED}
    assert all(run.events.count() == 1 for run in changed_images.all())


def test_once_ends_at_once_when_nothing_is_due():
    work()
    assert not IsolationRun.objects.exists()


@pytest.mark.parametrize(
    "args",
    [["--threads", "0"], *(["--pause", seconds] for seconds in ("0", "-1", "nan", "inf"))],
)
def test_numbers_that_make_no_sense_are_refused(args):
    with pytest.raises(CommandError, match=f"{args[0]} takes"):
        work(*args)


def test_a_worker_waits_for_work_and_stops_when_told(changed_images):
    def stop_when_done():
        while IsolationRun.objects.exclude(status=Status.SUPERSEDED).exists():
            time.sleep(0.01)
        connection.close()  # this thread's own
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=stop_when_done)
    watcher.start()
    out = StringIO()
    call_command("isolation_worker", "--pause", "0.05", stdout=out)
    watcher.join()
    assert "Stopped" in out.getvalue()


def failing(monkeypatch, name, error, times):
    """The next so many calls of a method of the queryset fail."""
    real, left = getattr(RunQuerySet, name), [times]

    def flaky(self, *args):
        if left[0]:
            left[0] -= 1
            raise error
        return real(self, *args)

    monkeypatch.setattr(RunQuerySet, name, flaky)
    return left


def work_until(changed_images, worker):
    """Run a worker in this thread until all its work is done."""

    def stop_when_done():
        while changed_images.exclude(status=Status.SUPERSEDED).exists():
            time.sleep(0.01)
        connection.close()
        worker.stop()

    watcher = threading.Thread(target=stop_when_done)
    watcher.start()
    worker.run(until_idle=False)
    watcher.join()


def messages(caplog):
    return [record.getMessage().split()[0] for record in caplog.records]


# A database that is gone cannot even be asked; one that is read-only refuses the claim. Where
# tenants have schemas of their own, there may be no table in the one that is asked.
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("due", OperationalError("connection refused")),
        ("claim", InternalError("cannot execute UPDATE in a read-only transaction")),
        ("due", ProgrammingError('relation "product_isolation_isolationrun" does not exist')),
    ],
    ids=["gone", "read-only", "no-table"],
)
def test_an_outage_of_the_database_is_waited_for_and_told_twice(
    name, error, changed_images, monkeypatch, caplog
):
    monkeypatch.setattr(outage_log, "FIRST_PAUSE", 0.01)
    failing(monkeypatch, name, error, times=5)
    work_until(changed_images, pool.WorkerPool(threads=1, pause=0.01))
    assert messages(caplog) == ["worker_without_database", "worker_without_database_over"]
    assert str(error) in caplog.text
    assert "Traceback" not in caplog.text


def test_pauses_grow_while_an_outage_lasts(caplog):
    outage = outage_log.OutageLog("away")
    pauses = [outage.goes_on("it is") for _ in range(12)]
    assert pauses[0] <= 1
    assert 15 <= pauses[-1] <= 30
    assert messages(caplog) == ["away"]
    outage.is_over()
    assert outage.goes_on("again") <= 1
    assert messages(caplog) == ["away", "away_over", "away"]


@pytest.mark.parametrize("name", ["due", "claim"])
def test_once_ends_with_a_clear_message_where_there_is_no_database(
    name, changed_images, monkeypatch
):
    failing(monkeypatch, name, OperationalError("connection refused"), times=10_000)
    with pytest.raises(CommandError, match="connection refused"):
        work()
    assert {run.status for run in changed_images.all()} == {Status.QUEUED}


def test_a_step_that_is_lost_does_not_stop_the_worker(changed_images, monkeypatch, caplog):
    taken = []

    def flaky(pk):
        taken.append(pk)
        if len(taken) == 1:
            raise ZeroDivisionError
        return work_on(pk)

    work_on = pool.work_on
    monkeypatch.setattr(pool, "work_on", flaky)
    work("--threads", "1")
    assert {run.status for run in changed_images.all()} == {Status.SUPERSEDED}
    assert f"step_lost run={taken[0]}" in caplog.text


def test_a_step_that_leads_on_is_followed_at_once_however_long_the_pause(monkeypatch):
    isolate(make_image())
    worker, steps = pool.WorkerPool(threads=2, pause=60), []

    def take(pk):
        time.sleep(0.3)  # meanwhile the other thread has found nothing to do
        steps.append(pk)
        if len(steps) == 2:
            worker.stop()
        return True

    monkeypatch.setattr(pool, "work_on", take)
    began = time.monotonic()
    worker.run(until_idle=False)
    assert time.monotonic() - began < 30


def test_a_worker_that_is_told_to_stop_waits_only_a_moment_for_its_steps(
    changed_images, monkeypatch
):
    monkeypatch.setattr(pool, "PATIENCE", 0.3)
    begun, answers = threading.Event(), threading.Event()

    def hanging(_pk):
        begun.set()
        answers.wait(30)

    monkeypatch.setattr(pool, "work_on", hanging)
    worker = pool.WorkerPool(threads=2, pause=0.05)
    threading.Thread(target=lambda: begun.wait(10) and worker.stop()).start()
    began = time.monotonic()
    worker.run(until_idle=False)
    assert time.monotonic() - began < 10
    answers.set()


def test_a_worker_that_is_told_to_stop_finishes_its_steps(monkeypatch):
    isolate(make_image())
    worker, steps = pool.WorkerPool(threads=1, pause=0.05), []

    def take(pk):
        worker.stop()
        time.sleep(0.5)
        steps.append(pk)

    monkeypatch.setattr(pool, "work_on", take)
    worker.run(until_idle=False)
    assert len(steps) == 1
