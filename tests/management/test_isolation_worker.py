import os
import signal
import threading
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.management.commands.isolation_worker import Worker
from django_product_isolation.models import IsolationRun
from django_product_isolation.querysets import RunQuerySet
from tests.catalogue.models import ProductImage
from tests.photos import make_image

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def signals_as_before():
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def changed_images():
    """Runs whose only step needs no Runflow: their images have changed meanwhile."""
    for name in "ABCDEF":
        make_image(name)
    batch = isolate(ProductImage.objects.all())
    ProductImage.objects.update(original="products/newer.jpg")
    return batch


def work(*args):
    out = StringIO()
    call_command("isolation_worker", "--once", *args, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("threads", ["1", "3"])
def test_once_takes_every_due_step_and_ends(threads, changed_images):
    assert "Stopped" in work("--threads", threads)
    assert {run.status for run in changed_images.runs.all()} == {Status.SUPERSEDED}
    assert all(run.events.count() == 1 for run in changed_images.runs.all())


def test_once_ends_at_once_when_nothing_is_due():
    work()
    assert not IsolationRun.objects.exists()


@pytest.mark.parametrize("args", [["--threads", "0"], ["--pause", "0"]])
def test_numbers_that_make_no_sense_are_refused(args):
    with pytest.raises(CommandError, match="--threads takes"):
        work(*args)


def test_a_worker_waits_for_work_and_stops_when_told(changed_images):
    def stop_when_done():
        while IsolationRun.objects.exclude(status=Status.SUPERSEDED).exists():
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    watcher = threading.Thread(target=stop_when_done)
    watcher.start()
    out = StringIO()
    call_command("isolation_worker", "--pause", "0.05", stdout=out)
    watcher.join()
    assert "Stopped" in out.getvalue()


def test_a_database_that_is_away_for_a_moment_is_waited_for(changed_images, monkeypatch, caplog):
    due, left = RunQuerySet.due, [2]

    def flaky(self, *args):
        if left[0]:
            left[0] -= 1
            raise DatabaseError("gone away")
        return due(self, *args)

    monkeypatch.setattr(RunQuerySet, "due", flaky)
    worker = Worker(threads=1, pause=0.01)
    while left[0]:
        worker.run(until_idle=True)
    worker.run(until_idle=True)
    assert {run.status for run in changed_images.runs.all()} == {Status.SUPERSEDED}
    assert "worker_without_database" in caplog.text


def test_a_step_that_is_lost_does_not_stop_the_worker(changed_images, monkeypatch, caplog):
    from django_product_isolation.management.commands import isolation_worker

    taken = []

    def flaky(pk):
        taken.append(pk)
        if len(taken) == 1:
            raise DatabaseError("gone away")
        return work_on(pk)

    work_on = isolation_worker.work_on
    monkeypatch.setattr(isolation_worker, "work_on", flaky)
    work("--threads", "1")
    assert {run.status for run in changed_images.runs.all()} == {Status.SUPERSEDED}
    assert f"step_lost run={taken[0]}" in caplog.text
