"""Messages that come twice, late or never, and an image that kills whoever decodes it."""

import re
import time
from collections import Counter

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.services import needs

from .cells import faults, go_on
from .shop import Shop, runflow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

QUICK_REDELIVERY = {
    "visibility_timeout": 2,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
}
RECEIVED = re.compile(r"advance_run\[([0-9a-f-]+)\] received")


@pytest.fixture(scope="module")
def sandbox():
    with runflow() as server:
        yield server


def wait_until(happened, shop, seconds=90):
    ends = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < ends, shop.worker.log[-3000:]
        time.sleep(0.1)


def redelivered(shop) -> bool:
    """Whether one and the same message has come to the worker again."""
    return max(Counter(RECEIVED.findall(shop.worker.log)).values(), default=0) > 1


@pytest.fixture
def slow_downloads(sandbox):
    """Let the next two downloads take long; says how many of them there were."""
    sandbox.behave(fault="slow_reply", on="download_file", seconds=16, times=2)

    def begun() -> int:
        faults = sandbox.services.behaviour.as_dict()["faults"]
        return 2 - sum(fault["times"] for fault in faults)

    yield begun
    sandbox.services.behaviour.reset()
    sandbox.behave(idempotency="off")


@pytest.fixture
def slow_steps(sandbox):
    """Let three requests and three downloads take so long that every step is seen."""
    for operation in ("create_run", "download_file"):
        sandbox.behave(fault="slow_reply", on=operation, seconds=1, times=3)
    yield
    sandbox.services.behaviour.reset()
    sandbox.behave(idempotency="off")


@pytest.mark.parametrize(
    ("lease_is_over", "downloads"), [(False, 1), (True, 2)], ids=["leased", "lease-over"]
)
def test_a_step_whose_message_comes_again_meanwhile_is_taken_once(
    lease_is_over, downloads, slow_downloads, sandbox, tmp_path
):
    with Shop(tmp_path / "stage", needs("redis"), sandbox, hands=3, **QUICK_REDELIVERY) as shop:
        shop.worker.start()
        runs = IsolationRun.objects.filter(pk__in=shop.click(1))
        wait_until(lambda: slow_downloads() == 1, shop)
        if lease_is_over:
            shop.pass_time(runs, all_died=True)
        wait_until(lambda: redelivered(shop), shop)
        wait_until(lambda: runs.get().due_at is None, shop)
        run = runs.get()
        assert run.status == Status.APPLIED
        assert slow_downloads() == downloads
        assert list(faults(shop, run, "", shop.ledger()[str(run.pk)])) == []


@pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
def test_runs_end_though_the_broker_loses_all_messages_between_steps(
    broker, slow_steps, sandbox, tmp_path
):
    with Shop(tmp_path / "stage", needs(broker), sandbox, hands=2) as shop:
        runs = IsolationRun.objects.filter(pk__in=shop.click(3))
        shop.flush_broker()
        shop.worker.start()
        flushed, seen = 1, sorted(runs.values_list("pk", "status"))
        ends = time.monotonic() + 90
        while runs.exclude(due_at=None).exists():
            assert time.monotonic() < ends, shop.worker.log[-3000:]
            now = sorted(runs.values_list("pk", "status"))
            if now != seen:
                shop.flush_broker()
                flushed, seen = flushed + 1, now
            shop.pass_time(runs)
            shop.sweep()
            time.sleep(0.3)
        assert flushed >= 3
        ledger = shop.ledger()
        assert [f for run in runs for f in faults(shop, run, "", ledger[str(run.pk)])] == []


@pytest.mark.parametrize("broker", ["redis", None], ids=["celery", "embedded"])
def test_an_image_that_kills_its_decoder_is_held_and_the_others_go_on(broker, sandbox, tmp_path):
    url = needs(broker) if broker else None
    with Shop(tmp_path / "stage", url, sandbox, hands=2) as shop:
        shop.stage.plan("decoding", "child-killed", always=True)
        shop.worker.start()
        poison = IsolationRun.objects.filter(pk__in=shop.click(1))
        ends = time.monotonic() + 90
        while poison.get().status != Status.HELD:
            assert time.monotonic() < ends, shop.worker.log[-3000:]
            if not shop.worker.is_alive:
                shop.worker.start()
            shop.pass_time(poison)
            shop.sweep()
            time.sleep(0.2)
        run = poison.get()
        assert (run.reason, run.held_from) == ("crashed", Status.COLLECTING)
        assert len(shop.stage.deaths(run.pk)) == 3
        assert shop.ledger()[str(run.pk)] == 1

        shop.stage.plan("", "")
        others = IsolationRun.objects.filter(pk__in=shop.click(2))
        go_on(shop, "child-killed", others)
        assert {other.status for other in others} == {Status.APPLIED}
        assert poison.get().status == Status.HELD
