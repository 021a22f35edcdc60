"""A Runflow that is stopped and started again, as a process that listens or does not."""

import time

import pytest
import requests
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Outage
from django_product_isolation.sandbox import Sandbox
from django_product_isolation.workflow import runflow_outages, timing
from tests.due_steps import sweep
from tests.http_server import free_port
from tests.photos import make_image
from tests.shops.catalogue.models import ProductImage

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.fixture
def hurried(monkeypatch):
    """Seconds for minutes."""
    monkeypatch.setattr(runflow_outages, "PROBE_SECONDS", 0.3)
    monkeypatch.setattr(runflow_outages, "MAX_PROBE_SECONDS", {})
    monkeypatch.setattr(runflow_outages, "OTHERS_SECONDS", 0.75)
    monkeypatch.setattr(timing, "MAX_BACKOFF", 0.6)


@pytest.fixture
def server(settings, tmp_path):
    place = ("127.0.0.1", free_port())
    settings.PRODUCT_ISOLATION = {
        **settings.PRODUCT_ISOLATION,
        "BASE_URL": f"http://127.0.0.1:{place[1]}",
        "RESOLUTION": "1K",
    }
    return lambda: Sandbox(place, data=tmp_path / "sandbox", speed="instant", engine="light")


def sweep_for(seconds, *, until=None):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and not (until and statuses() == {until}):
        sweep()
        time.sleep(0.02)


def statuses():
    return set(IsolationRun.objects.values_list("status", flat=True))


def test_no_run_is_held_while_it_is_away_and_all_go_on_when_it_is_back(server, hurried, caplog):
    for name in "ABCDEFGH":
        make_image(name)
    runs = isolate(ProductImage.objects.all()).runs
    with server() as sandbox:
        pks = list(runs.values_list("pk", flat=True))
        IsolationRun.objects.filter(pk__in=pks[4:]).update(due_at=None)
        requests.post(
            f"{sandbox.url}/_sandbox/behaviour",
            json={"fault": "stuck_in_queued", "times": 2},
            timeout=5,
        )
        sweep_for(0.5)
    IsolationRun.objects.filter(pk__in=pks[4:]).update(due_at=timezone.now())
    sweep_for(6.0)
    assert Status.HELD not in statuses()
    assert Outage.objects.get(service="runflow").is_declared
    assert len([r for r in caplog.records if r.getMessage().startswith("outage ")]) == 1
    with server():
        sweep_for(20.0, until=Status.APPLIED)
        left = IsolationRun.objects.exclude(status=Status.APPLIED)
        assert {run.status for run in left} <= {Status.PROCESSING}  # those that it never finishes
        assert left.count() <= 2
    assert not Outage.objects.exists()
    assert len([r for r in caplog.records if r.getMessage().startswith("outage_over")]) == 1
