import time

import pytest
from django.core.files.storage import FileSystemStorage

from django_product_isolation import isolate, restore
from django_product_isolation.models import IsolationRun, Outage
from django_product_isolation.signals import image_applied, image_restored, run_finished
from django_product_isolation.workflow import advance
from tests.moments import overdue
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
        IsolationRun.objects.filter(pk=run.pk, due_at__isnull=False).update(due_at=overdue())
        Outage.objects.update(probe_at=overdue())
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


@pytest.fixture
def applied(run, go_on):
    return go_on(run)


@pytest.fixture
def heard():
    """The signals sent, in order."""
    sent = []
    receivers = {}
    for name, signal in (
        ("run_finished", run_finished),
        ("image_applied", image_applied),
        ("image_restored", image_restored),
    ):

        def listen(name=name, **kwargs):
            sent.append((name, kwargs))

        receivers[signal] = listen
        signal.connect(listen)
    yield sent
    for signal, listen in receivers.items():
        signal.disconnect(listen)


@pytest.fixture
def restoring(applied, image):
    restore(image)
    return IsolationRun.objects.get(pk=applied.pk)


@pytest.fixture
def failing_reads(monkeypatch):
    """The names that the storage refuses to open."""
    names, real = set(), FileSystemStorage._open

    def _open(self, name, *args):
        if name in names:
            raise PermissionError("403")
        return real(self, name, *args)

    monkeypatch.setattr(FileSystemStorage, "_open", _open)
    return names
