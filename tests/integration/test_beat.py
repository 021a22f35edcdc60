"""Worker and beat as a shop starts them: two processes, prefork, Redis between them."""

import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.reliability.process_kills.cells import faults
from tests.reliability.process_kills.shop import Shop, runflow
from tests.reliability.process_kills.worker import APP, ROOT, environment
from tests.services import needs

pytestmark = pytest.mark.django_db(transaction=True)

EVERY = 0.5  # seconds
SCHEDULE = {
    "isolation-sweep": {
        "task": "django_product_isolation.tasks.sweep",
        "schedule": EVERY,
        "options": {"expires": EVERY},
    }
}


@pytest.fixture
def sandbox():
    with runflow() as server:
        yield server


@contextmanager
def beat(shop: Shop):
    """``celery beat`` beside the worker; gives what it has written."""
    folder = shop.stage.folder
    log = folder / "beat.log"
    command = ["celery", "-A", APP, "beat", "--loglevel", "INFO"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--schedule", str(folder / "schedule"), "--pidfile="],
            cwd=ROOT,
            env=environment(shop.stage),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield log.read_text
    finally:
        process.terminate()
        process.wait(30)


def wait_until(happened, told, seconds=120):
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, told()
        time.sleep(0.2)


def test_beat_brings_runs_to_their_end_though_every_nudge_was_lost(sandbox, tmp_path):
    shop = Shop(tmp_path / "stage", needs("redis"), sandbox, hands=2)
    shop.celery["beat_schedule"] = SCHEDULE
    with shop:
        runs = IsolationRun.objects.filter(pk__in=shop.click(3))
        shop.flush_broker()
        with beat(shop) as log:
            # Sweeps that nobody took in time are thrown away instead of being done one by one.
            wait_until(lambda: log().count("Sending due task isolation-sweep") > 4, log)
            time.sleep(2 * EVERY)
            shop.worker.start()

            def ended():
                shop.pass_time(runs)
                return not runs.exclude(due_at=None).exists()

            wait_until(ended, lambda: log() + shop.worker.log[-3000:])
        assert {run.status for run in runs} == {Status.APPLIED}
        ledger = shop.ledger()
        assert [f for run in runs for f in faults(shop, run, "", ledger[str(run.pk)])] == []
        assert shop.worker.log.count("Discarding revoked task: django_product_isolation") >= 4
