"""A worker that lost its run while it stored a result takes nothing away that another has shown."""

from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import advance
from tests.moments import overdue
from tests.photos import shown_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def saving(monkeypatch):
    """Have the storage's next saves do these things, one after the other."""
    save, instead = FileSystemStorage._save, []

    def _save(self, name, content):
        return instead.pop(0)(self, name, content) if instead else save(self, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", _save)
    return instead


def lose_lease(run):
    run_out = timezone.now() - timedelta(minutes=5)
    IsolationRun.objects.filter(pk=run.pk).update(lease_until=run_out, due_at=overdue())


def test_a_file_whose_answer_was_lost_stays_when_another_worker_has_shown_it(
    run, image, go_on, step, saving
):
    run, save = go_on(run, Status.COLLECTING), FileSystemStorage._save

    def answer_is_lost(self, name, content):
        save(self, name, content)
        lose_lease(run)
        assert go_on(run).status == Status.APPLIED
        raise ConnectionError("reset by peer")

    saving.append(answer_is_lost)
    step(run)
    run.refresh_from_db()
    image.refresh_from_db()
    assert (run.status, image.original.name) == (Status.APPLIED, run.result_name)
    assert shown_bytes(image)


def test_a_name_that_a_hanging_worker_may_still_write_to_is_given_to_nobody_else(
    run, image, go_on, step, saving, monkeypatch
):
    run, names = go_on(run, Status.COLLECTING), []

    def refuse(self, name, content):
        names.extend([name] * (content is not None))
        raise ConnectionError("refused")

    def hang(self, name, content):
        names.append(name)
        lose_lease(run)
        with monkeypatch.context() as away:
            away.setattr(FileSystemStorage, "size", lambda self, name: refuse(self, name, None))
            assert advance(run.pk)  # somebody else, who meets an outage
        assert go_on(run).status == Status.APPLIED
        raise ConnectionError("reset by peer")

    saving += [refuse, hang]
    step(step(run))
    run.refresh_from_db()
    assert names[0] == names[1]
    assert run.result_name not in names
    assert default_storage.exists(run.result_name)
