import time
from datetime import timedelta

import pytest
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.models import IsolationRun, Outage
from django_product_isolation.workflow import advance
from tests.photos import make_image


@pytest.fixture
def image(db, runflow):
    return make_image("Enamel mug")


@pytest.fixture
def run(image):
    return isolate(image).runs.get()


@pytest.fixture
def step():
    """Take the next step of a run as if its time had come."""

    def take(run) -> IsolationRun:
        now = timezone.now()
        IsolationRun.objects.filter(pk=run.pk, due_at__isnull=False).update(due_at=now)
        Outage.objects.update(probe_at=now - timedelta(seconds=1))
        advance(run.pk)
        return IsolationRun.objects.get(pk=run.pk)

    return take


@pytest.fixture
def go_on(step):
    """Take steps until the run is in one of ``statuses``, by default until nothing is left."""

    def take(run, *statuses) -> IsolationRun:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            run = IsolationRun.objects.get(pk=run.pk)
            if run.status in statuses or (not statuses and run.due_at is None):
                return run
            step(run)
            time.sleep(0.01)
        raise AssertionError(f"still {run.status} ({run.reason})")

    return take
