"""A worker without memory or disk waits for some; no picture and no storage is blamed."""

import errno
import os
from datetime import timedelta
from tempfile import SpooledTemporaryFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage
from django.db.models import ImageField
from django.urls import reverse
from django.utils import timezone

from django_product_isolation import restore
from django_product_isolation.choices import Status
from django_product_isolation.host import stored_files, upload_processing
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import prune
from django_product_isolation.shortage import is_shortage
from django_product_isolation.workflow import collect
from tests.photos import shown_bytes
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

SHORTAGES = {
    "no memory": MemoryError(),
    "a full disk": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "no folder": FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']"),
}


class Short:
    """Has every local copy fail with ``error``, until it is None."""

    def __init__(self, monkeypatch, error):
        self.error = error
        for module in (stored_files, collect):
            monkeypatch.setattr(module, "SpooledTemporaryFile", self.spool)

    def spool(self, *args, **options):
        spool = SpooledTemporaryFile(*args, **options)  # noqa: SIM115 (the caller closes it)
        write = spool.write

        def writing(content):
            if self.error:
                raise self.error
            return write(content)

        spool.write = writing
        return spool


@pytest.fixture(params=SHORTAGES)
def short(request, monkeypatch):
    return Short(monkeypatch, SHORTAGES[request.param])


@pytest.mark.parametrize("status", [Status.QUEUED, Status.COLLECTING, Status.READY])
def test_a_shortage_ends_and_holds_no_run_however_often_it_is_met(
    status, run, runflow, short, go_on, step, caplog
):
    error, short.error = short.error, None
    run = go_on(run, status)
    short.error = error
    for _ in range(30):
        run = step(run)
        assert run.status == status
    assert run.reason == Reason.WORKER_SHORT
    told = run.events.filter(kind=RunEvent.Kind.PROBLEM, reason=Reason.WORKER_SHORT)
    assert (told.count(), caplog.text.count("worker_short")) == (1, 1)
    assert "Traceback" not in caplog.text
    short.error = None
    assert go_on(run).status == Status.APPLIED
    assert len(runflow.runs_of(run)) == 1


def test_a_restore_waits_for_room_and_does_not_call_the_original_missing(
    run, image, short, go_on, step
):
    before, (error, short.error) = shown_bytes(image), (short.error, None)
    run = go_on(run)
    restore(image)
    short.error = error
    for _ in range(30):
        run = step(run)
        assert run.status == Status.RESTORING
    short.error = None
    assert go_on(run).status == Status.RESTORED
    assert shown_bytes(image) == before


@pytest.mark.parametrize("error", [MemoryError(), OSError("out of memory when reading image file")])
def test_a_decoder_without_memory_says_nothing_about_the_picture(
    error, run, runflow, go_on, step, monkeypatch
):
    run = go_on(run, Status.COLLECTING)
    with monkeypatch.context() as patched:
        patched.setattr("PIL.ImageFile.ImageFile.load", lambda _self: fail(error))
        for _ in range(10):
            run = step(run)
            assert (run.status, run.reason) == (Status.COLLECTING, Reason.WORKER_SHORT)
    assert go_on(run).status == Status.APPLIED
    assert len(runflow.runs_of(run)) == 1


def fail(error):
    raise error


def test_a_storage_that_finds_no_room_for_a_copy_of_its_own_has_not_lost_the_file(
    run, go_on, step, monkeypatch
):
    with monkeypatch.context() as patched:
        no_folder = SHORTAGES["no folder"]
        patched.setattr(FileSystemStorage, "_open", lambda *_args: fail(no_folder))
        run = step(run)
        assert (run.status, run.reason) == (Status.QUEUED, Reason.STORAGE_FAILED)
    assert go_on(run).status == Status.APPLIED


def test_an_error_that_is_its_own_cause_is_no_shortage():
    error = ValueError("raised from itself")
    error.__cause__ = error
    assert not is_shortage(error)


def test_a_field_that_has_no_memory_to_process_a_result_waits(run, go_on, step, monkeypatch):
    run = go_on(run, Status.COLLECTING)
    with monkeypatch.context() as patched:
        patched.setattr(upload_processing, "stores_as_it_is", lambda _field: False)
        patched.setattr(ImageField, "pre_save", lambda *_args, **_options: fail(MemoryError()))
        assert step(run).reason == Reason.WORKER_SHORT
    assert go_on(run).status == Status.APPLIED


def says_invalid(_content):
    try:
        raise MemoryError
    except MemoryError as error:
        raise ValidationError("This picture cannot be opened.") from error


@pytest.mark.parametrize("validate", [lambda _content: fail(MemoryError()), says_invalid])
def test_a_validator_that_has_no_memory_refuses_no_result(
    validate, run, runflow, go_on, step, monkeypatch
):
    run = go_on(run, Status.COLLECTING)
    with monkeypatch.context() as patched:
        patched.setitem(vars(ProductImage._meta.get_field("original")), "validators", [validate])
        run = step(run)
        assert (run.status, run.reason) == (Status.COLLECTING, Reason.WORKER_SHORT)
    assert go_on(run).status == Status.APPLIED
    assert len(runflow.runs_of(run)) == 1


def test_a_page_shows_a_placeholder_for_what_there_is_no_room_to_read(run, short, admin_client):
    answer = admin_client.get(reverse("product_isolation:preview_run", args=[run.pk, "source"]))
    assert answer.status_code == 404


def test_pruning_stops_early_where_there_is_no_room_to_read(run, short, go_on, capsys):
    error, short.error = short.error, None
    run = go_on(run)
    assert restore(ProductImage.objects.all()).begun
    go_on(run)
    RunEvent.objects.update(at=timezone.now() - timedelta(days=50))
    IsolationRun.objects.update(status_since=timezone.now() - timedelta(days=50))
    short.error = error
    assert prune(results=30).failed == 1
    short.error = None
    assert prune(results=30).results == 1
