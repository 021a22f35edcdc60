"""The step that puts an original back, and the look afterwards: as careful as publishing."""

from contextlib import suppress

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import transaction

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.querysets import LEASE
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import image_restored
from django_product_isolation.workflow import advance, originals, sweep
from tests.admin.shop import make_run
from tests.catalogue.models import ProductImage
from tests.photos import photo_bytes, shown_bytes, upload

pytestmark = pytest.mark.django_db


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


def names_of(heard):
    return [name for name, _kwargs in heard]


def overwrite(image, name, content):
    """An upload under a name that is taken, on a storage that overwrites."""
    image.original.storage.delete(name)
    image.original.storage.save(name, ContentFile(content))


def test_the_original_comes_back_byte_for_byte(restoring, image, go_on):
    assert shown_bytes(image) != photo_bytes()
    run = go_on(restoring)
    assert (run.status, run.reason, run.active_key) == (Status.RESTORED, "", None)
    assert shown_bytes(image) == photo_bytes()
    image.refresh_from_db()
    assert (image.width, image.height) == (120, 90)
    assert image.original.storage.exists(run.result_name)


def test_it_stands_in_the_images_history_under_who_clicked(applied, image, go_on, admin_user):
    restore(image, user=admin_user)
    assert not LogEntry.objects.exists()
    go_on(applied)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (admin_user, str(image.pk))
    assert "Restored" in entry.change_message


def test_the_shop_is_told_after_the_swap_is_committed_and_by_a_step_of_its_own(
    restoring, image, step, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = step(restoring)
    assert (run.status, names_of(heard)) == (Status.RESTORED, [])
    assert run.due_at is not None  # so that a crash right now loses nothing
    with django_capture_on_commit_callbacks(execute=True):
        run = step(run)
        assert names_of(heard) == []
    assert (run.due_at, names_of(heard)) == (None, ["image_restored"])
    assert heard[0][1]["instance"] == image


@pytest.mark.django_db(transaction=True)
def test_the_shop_hears_of_no_restore_that_is_rolled_back_around_the_step(restoring, step, heard):
    run = step(restoring)
    with suppress(RuntimeError), transaction.atomic():
        step(run)
        raise RuntimeError("the host's own work failed")
    assert names_of(heard) == []
    step(run)
    assert names_of(heard) == ["image_restored"]


def test_a_run_ends_once_however_it_is_restored(
    applied, image, go_on, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        restore(image)
        go_on(applied)
    assert names_of(heard) == ["image_restored"]


def test_a_receiver_that_fails_undoes_nothing(restoring, go_on, django_capture_on_commit_callbacks):
    def broken(**kwargs):
        raise RuntimeError("the shop's own bug")

    image_restored.connect(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            run = go_on(restoring)
    finally:
        image_restored.disconnect(broken)
    assert (run.status, run.due_at) == (Status.RESTORED, None)


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_damaged_original_is_not_shown_and_may_be_asked_for_again(
    damage, restoring, image, go_on
):
    storage, before = image.original.storage, shown_bytes(image)
    storage.delete(restoring.source_name)
    if damage == "changed":
        storage.save(restoring.source_name, ContentFile(b"something else"))
    run = go_on(restoring)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.ORIGINAL_MISSING)
    assert (run.active_key, shown_bytes(image)) == (None, before)
    overwrite(image, run.source_name, photo_bytes())
    assert len(restore(image).begun) == 1
    assert go_on(run).status == Status.RESTORED


def test_an_upload_between_click_and_step_is_left_alone(restoring, image, go_on):
    newer = upload(image)
    run = go_on(restoring)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.IMAGE_CHANGED)
    assert shown_bytes(image) == newer


def test_an_upload_under_the_results_own_name_is_left_alone(restoring, image, go_on):
    newer = photo_bytes(colour="navy")
    overwrite(image, restoring.result_name, newer)
    run = go_on(restoring)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.IMAGE_CHANGED)
    assert shown_bytes(image) == newer


def test_an_upload_in_the_last_moment_before_the_swap_wins(restoring, image, go_on, monkeypatch):
    newer, asked_for = [], originals.asked_for

    def slow(run):
        newer.append(upload(image))
        return asked_for(run)

    monkeypatch.setattr(originals, "asked_for", slow)
    run = go_on(restoring)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.IMAGE_CHANGED)
    assert shown_bytes(image) == newer[0]


def test_an_upload_under_the_results_name_during_the_swap_is_put_back(
    restoring, image, step, heard, django_capture_on_commit_callbacks
):
    run, newer = step(restoring), photo_bytes(colour="navy", size=(60, 40))
    overwrite(image, run.result_name, newer)
    with django_capture_on_commit_callbacks(execute=True):
        run = step(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    assert shown_bytes(image) == newer
    image.refresh_from_db()
    assert (image.width, image.height) == (60, 40)
    assert names_of(heard) == []


def test_what_is_uploaded_right_after_the_swap_stays_and_nothing_else_is_told(
    restoring, image, step, heard, django_capture_on_commit_callbacks
):
    run, newer = step(restoring), upload(image)
    with django_capture_on_commit_callbacks(execute=True):
        run = step(run)
    assert (run.status, run.due_at, names_of(heard)) == (Status.RESTORED, None, [])
    assert shown_bytes(image) == newer


def test_a_deleted_image_is_not_brought_back(restoring, image, go_on):
    image.delete()
    run = go_on(restoring)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.IMAGE_DELETED)
    assert not ProductImage.objects.exists()


def test_a_result_that_is_lost_is_no_reason_to_go_on_showing_it(restoring, image, go_on):
    image.original.storage.delete(restoring.result_name)
    assert go_on(restoring).status == Status.RESTORED
    assert shown_bytes(image) == photo_bytes()


def test_one_storage_error_concerns_one_image(failing_reads):
    runs = [make_run(Status.APPLIED, name=name) for name in "ABC"]
    failing_reads.add(runs[1].source_name)
    restore(ProductImage.objects.all())
    assert sweep() == 3
    left = {run.label: (run.status, run.reason) for run in IsolationRun.objects.all()}
    assert left == {
        "A": (Status.RESTORED, ""),
        "B": (Status.RESTORING, Reason.STORAGE_AWAY),
        "C": (Status.RESTORED, ""),
    }


def test_a_storage_that_is_away_for_hours_needs_no_person(
    restoring, image, go_on, step, failing_reads
):
    failing_reads |= {restoring.source_name, restoring.result_name}
    for _ in range(30):
        run = step(restoring)
        assert (run.status, run.reason) == (Status.RESTORING, Reason.STORAGE_AWAY)
        assert (run.due_at - run.status_since).total_seconds() < 120  # it goes on soon after
    assert run.events.filter(kind=RunEvent.Kind.PROBLEM).count() == 1  # said once, not 30 times
    failing_reads.clear()
    assert go_on(run).status == Status.RESTORED
    assert shown_bytes(image) == photo_bytes()


def test_a_storage_that_lies_once_refuses_nothing(restoring, image, go_on, monkeypatch):
    real, said = FileSystemStorage._open, []

    def once_other(self, name, *args):
        if name == restoring.source_name and not said:
            said.append(name)
            return ContentFile(b"an error page of the storage's")
        return real(self, name, *args)

    monkeypatch.setattr(FileSystemStorage, "_open", once_other)
    assert go_on(restoring).status == Status.RESTORED
    assert said


def test_a_storage_that_stays_away_after_the_swap_is_not_asked_for_ever(
    restoring, step, heard, failing_reads, django_capture_on_commit_callbacks
):
    run = step(restoring)
    failing_reads.add(run.result_name)
    for _ in range(19):
        run = step(run)
        assert run.due_at is not None
    with django_capture_on_commit_callbacks(execute=True):
        run = step(run)
    assert (run.status, run.due_at, names_of(heard)) == (Status.RESTORED, None, ["image_restored"])


def test_a_step_that_breaks_again_and_again_leaves_the_result_and_says_so(
    restoring, image, step, monkeypatch
):
    before = shown_bytes(image)

    def broken(*args):
        raise RuntimeError("a bug")

    monkeypatch.setattr(originals, "look_at_both", broken)
    for _ in range(5):
        run = step(restoring)
    assert (run.status, run.reason, run.due_at) == (Status.APPLIED, Reason.NOT_PUT_BACK, None)
    assert shown_bytes(image) == before


def test_an_original_that_kills_who_reads_it_does_so_three_times_at_most(restoring, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*args):
        raise Killed

    monkeypatch.setattr(originals, "look_at_both", kill)
    for _ in range(3):
        with pytest.raises(Killed):
            advance(restoring.pk)
        IsolationRun.objects.update(lease_until=restoring.status_since - LEASE)
    advance(restoring.pk)
    run = IsolationRun.objects.get()
    assert (run.status, run.reason) == (Status.APPLIED, Reason.NOT_PUT_BACK)


def test_who_stops_it_during_the_step_is_obeyed(restoring, image, go_on, monkeypatch):
    before, asked_for = shown_bytes(image), originals.asked_for

    def slow(run):
        from django_product_isolation.workflow import stop_restoring

        stop_restoring(IsolationRun.objects.get(pk=run.pk))
        return asked_for(run)

    monkeypatch.setattr(originals, "asked_for", slow)
    run = go_on(restoring)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.RESTORE_STOPPED)
    assert shown_bytes(image) == before


def test_a_restore_before_the_look_after_publishing_brings_the_original_back(
    run, image, go_on, heard, django_capture_on_commit_callbacks
):
    run = go_on(run, Status.APPLIED)
    assert run.due_at is not None
    restore(image)
    with django_capture_on_commit_callbacks(execute=True):
        assert go_on(run).status == Status.RESTORED
    assert shown_bytes(image) == photo_bytes()
    assert names_of(heard) == ["image_restored"]


def test_a_restore_before_the_look_after_publishing_hides_no_newer_upload(run, image, go_on):
    run = go_on(run, Status.APPLIED)
    newer = upload(image, same_name=True)
    restore(image)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    assert shown_bytes(image) == newer


def test_a_restore_long_after_publishing_shows_no_other_photo_under_the_originals_name(
    restoring, image, go_on
):
    before = shown_bytes(image)
    overwrite(image, restoring.source_name, photo_bytes(colour="navy"))  # another product's
    run = go_on(restoring)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.ORIGINAL_MISSING)
    assert shown_bytes(image) == before


def test_an_image_isolated_twice_is_put_back_step_by_step(applied, image, go_on):
    first_result = shown_bytes(image)
    second = go_on(isolate(image).runs.get())
    restore(image)
    go_on(second)
    assert shown_bytes(image) == first_result
    restore(image)
    go_on(applied)
    assert shown_bytes(image) == photo_bytes()


def test_a_restored_image_can_be_isolated_again(restoring, image, go_on):
    go_on(restoring)
    assert go_on(isolate(image).runs.get()).status == Status.APPLIED
