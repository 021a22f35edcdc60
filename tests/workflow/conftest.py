import pytest
from django.core.files.storage import FileSystemStorage

from django_product_isolation import restore
from django_product_isolation.models import IsolationRun
from django_product_isolation.signals import image_applied, image_restored, run_finished


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
