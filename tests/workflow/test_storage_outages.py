"""A storage that is away for an hour holds no run, and everything goes on soon after."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage
from django.utils import timezone

from django_product_isolation import restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import resume
from tests.photos import make_image
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


class Outage:
    """Switches the shop's storage off, wholly or for writing alone."""

    def __init__(self, monkeypatch, methods):
        self.is_on = False
        for name in methods:
            monkeypatch.setattr(FileSystemStorage, name, self.failing(name))

    def failing(self, name):
        real = getattr(FileSystemStorage, name)

        def method(storage, *args, **options):
            if self.is_on:
                raise ConnectionError("https://user:canary@bucket.example refused")
            return real(storage, *args, **options)

        return method


@pytest.fixture(params=["all", "writing"])
def outage(request, monkeypatch):
    methods = {"all": ["_open", "_save", "exists", "size"], "writing": ["_save"]}
    return Outage(monkeypatch, methods[request.param])


@pytest.mark.parametrize("status", [Status.QUEUED, Status.COLLECTING, Status.READY])
def test_an_outage_of_the_storage_holds_no_run_however_long_it_lasts(
    status, run, outage, go_on, step, caplog
):
    run = go_on(run, status)
    outage.is_on = True
    for _ in range(40):
        run = step(run)
        assert run.status != Status.HELD
        assert run.due_at is None or run.due_at - timezone.now() < timedelta(seconds=61)
    failures = run.events.filter(kind=RunEvent.Kind.PROBLEM, reason=Reason.STORAGE_FAILED)
    assert failures.count() <= 2  # once in each status
    assert "Traceback" not in caplog.text
    assert "canary" not in caplog.text
    outage.is_on = False
    assert go_on(run).status == Status.APPLIED


def test_nothing_is_downloaded_in_vain_while_the_storage_is_away(
    run, runflow, sandbox, go_on, step, monkeypatch
):
    run = go_on(run, Status.COLLECTING)
    outage = Outage(monkeypatch, ["_open", "_save", "exists", "size"])
    outage.is_on = True
    step(run)
    runflow.behave(fault="error_500", on="any", times=0)
    for _ in range(5):
        run = step(run)
        assert run.reason == Reason.STORAGE_FAILED  # not that Runflow is: nobody asked it


def test_a_storage_whose_folder_is_away_is_no_image_that_was_deleted(run, go_on, step, monkeypatch):
    run, save = go_on(run, Status.COLLECTING), FileSystemStorage._save

    def away(*_args):
        raise FileNotFoundError("the mount is gone")

    monkeypatch.setattr(FileSystemStorage, "_save", away)
    run = step(run)
    assert (run.status, run.reason) == (Status.COLLECTING, Reason.STORAGE_FAILED)
    monkeypatch.setattr(FileSystemStorage, "_save", save)
    assert go_on(run).status == Status.APPLIED


def test_an_original_that_went_with_the_outage_breaks_no_step(run, go_on, step, monkeypatch, image):
    run = go_on(run, Status.READY)
    outage = Outage(monkeypatch, ["_open", "size"])
    outage.is_on = True
    run = step(run)
    assert run.reason == Reason.STORAGE_FAILED
    outage.is_on = False
    image.original.storage.delete(run.source_name)
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.ORIGINAL_MISSING)


def test_a_name_that_the_storage_refuses_to_write_is_a_persons_at_once(
    run, go_on, step, monkeypatch
):
    run = go_on(run, Status.COLLECTING)

    def refuse(*_args, **_options):
        raise SuspiciousFileOperation("out of the storage")

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "_save", refuse)
        run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.NAME_REFUSED)
    assert resume(run)
    assert go_on(run).status == Status.APPLIED


def test_after_a_day_without_storage_a_person_is_asked_and_resume_goes_on(
    run, go_on, step, monkeypatch
):
    run = go_on(run, Status.COLLECTING)
    outage = Outage(monkeypatch, ["_open", "_save", "exists", "size"])
    outage.is_on = True
    step(run)
    RunEvent.objects.update(at=timezone.now() - timedelta(hours=25))
    IsolationRun.objects.update(status_since=timezone.now() - timedelta(hours=26))
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.STORAGE_FAILED)
    outage.is_on = False
    assert resume(run)
    assert go_on(run).status == Status.APPLIED


def test_a_published_run_tells_the_shop_when_the_storage_is_back(
    run, go_on, step, monkeypatch, django_capture_on_commit_callbacks
):
    from django_product_isolation.signals import image_applied

    told = []

    def hear(run, **_kwargs):
        told.append(run.pk)

    image_applied.connect(hear)
    run = go_on(run, Status.APPLIED)
    outage = Outage(monkeypatch, ["_open"])
    outage.is_on = True
    for _ in range(30):
        run = step(run)
    assert (run.status, told) == (Status.APPLIED, [])
    outage.is_on = False
    with django_capture_on_commit_callbacks(execute=True):
        go_on(run)
    image_applied.disconnect(hear)
    assert told == [run.pk]


@pytest.fixture
def mount(settings, tmp_path):
    """Where the shop's files are; while it is away, an empty folder is in its place."""
    place = Path(settings.MEDIA_ROOT)

    class Mount:
        def go_away(self):
            place.rename(tmp_path / "elsewhere")
            place.mkdir()

        def come_back(self):
            shutil.rmtree(place)
            (tmp_path / "elsewhere").rename(place)

    return Mount()


@pytest.mark.parametrize("status", [Status.QUEUED, Status.COLLECTING, Status.READY])
def test_an_empty_mount_point_is_a_storage_that_is_away(status, run, runflow, mount, go_on, step):
    make_image("Another")
    run = go_on(run, status)
    mount.go_away()
    for _ in range(30):
        run = step(run)
        assert (run.status, run.reason) == (status, Reason.STORAGE_FAILED)
    mount.come_back()
    assert go_on(run).status == Status.APPLIED
    assert len(runflow.runs_of(run)) == 1


def test_a_restore_waits_for_a_mount_that_is_away(run, image, mount, go_on, step):
    make_image("Another")
    run = go_on(run)
    restore(image)
    mount.go_away()
    for _ in range(30):
        run = step(run)
        assert (run.status, run.reason) == (Status.RESTORING, Reason.STORAGE_AWAY)
    mount.come_back()
    assert go_on(run).status == Status.RESTORED


def test_an_original_that_is_missing_for_a_day_among_others_is_not_waited_for_any_more(
    run, image, go_on, step
):
    other = make_image("Another")
    run = go_on(run)
    for name in (other.original.name, run.source_name, run.result_name):
        image.original.storage.delete(name)
    restore(image)
    assert step(run).reason == Reason.STORAGE_AWAY
    RunEvent.objects.update(at=timezone.now() - timedelta(hours=25))
    IsolationRun.objects.update(status_since=timezone.now() - timedelta(hours=26))
    run = step(run)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.ORIGINAL_MISSING)


@pytest.mark.parametrize("name", ["", "products/placeholder.jpg"])
def test_rows_without_a_photo_of_their_own_say_nothing_about_the_storage(
    name, run, image, step, monkeypatch
):
    monkeypatch.setattr(ProductImage._meta.get_field("original"), "default", name)
    others = [ProductImage(product=image.product, original=name, width=1, height=1)] * 3
    ProductImage.objects.bulk_create(others)
    image.original.storage.delete(image.original.name)
    run = step(run)
    assert (run.status, run.reason) == (Status.FAILED, Reason.SOURCE_MISSING)


def test_a_file_is_missing_when_another_that_the_shop_shows_is_there(run, image, step):
    make_image("Another")
    image.original.storage.delete(image.original.name)
    run = step(run)
    assert (run.status, run.reason) == (Status.FAILED, Reason.SOURCE_MISSING)


def test_a_full_disk_is_not_filled_further_by_what_fits_no_more(
    run, image, go_on, step, monkeypatch
):
    run = go_on(run, Status.COLLECTING)
    folder, full = Path(image.original.path).parent, []

    def half(storage, name, content):
        Path(storage.path(name)).write_bytes(content.read(100))
        full.append(name)
        raise OSError(28, "No space left on device")

    before = sorted(folder.iterdir())
    with monkeypatch.context() as patched:
        patched.setattr(FileSystemStorage, "_save", half)
        for _ in range(30):
            run = step(run)
            assert (run.status, run.reason) == (Status.COLLECTING, Reason.STORAGE_FAILED)
            assert sorted(folder.iterdir()) == before
    assert not run.events.filter(kind=RunEvent.Kind.LEFTOVER).exists()
    run = go_on(run)
    assert (run.status, {run.result_name}) == (Status.APPLIED, set(full))


def test_a_storage_that_opens_plain_handles_is_read_like_any_other(run, go_on, monkeypatch):
    opened = FileSystemStorage._open
    monkeypatch.setattr(FileSystemStorage, "_open", lambda *args: opened(*args).file)
    assert go_on(run).status == Status.APPLIED


def test_a_storage_that_closes_what_it_was_given_costs_no_second_try(
    run, go_on, monkeypatch, caplog
):
    save = FileSystemStorage.save

    def closing(self, name, content, max_length=None):
        given = save(self, name, content, max_length=max_length)
        content.close()
        return given

    monkeypatch.setattr(FileSystemStorage, "save", closing)
    assert go_on(run).status == Status.APPLIED
    assert "step_failed" not in caplog.text
