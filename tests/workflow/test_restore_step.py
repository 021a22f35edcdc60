"""The step that puts an original back: as careful as publishing."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.models.querysets import LEASE
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import advance, restore_step
from django_product_isolation.workflow.steps import MAX_LOSSES
from tests.due_steps import sweep
from tests.photos import photo_bytes, shown_bytes, upload
from tests.shop import make_run
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


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
    newer, asked_for = [], restore_step.asked_for

    def slow(run):
        newer.append(upload(image))
        return asked_for(run)

    monkeypatch.setattr(restore_step, "asked_for", slow)
    run = go_on(restoring)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.IMAGE_CHANGED)
    assert shown_bytes(image) == newer[0]


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


def test_a_step_that_breaks_again_and_again_leaves_the_result_and_says_so(
    restoring, image, step, monkeypatch
):
    before = shown_bytes(image)

    def broken(*args):
        raise RuntimeError("a bug")

    monkeypatch.setattr(restore_step, "look_at_both", broken)
    for _ in range(5):
        run = step(restoring)
    assert (run.status, run.reason, run.due_at) == (Status.APPLIED, Reason.NOT_PUT_BACK, None)
    assert shown_bytes(image) == before


def test_an_original_whose_readers_never_come_back_is_given_up_in_the_end(restoring, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(*args):
        raise Killed

    monkeypatch.setattr(restore_step, "look_at_both", kill)
    for _ in range(MAX_LOSSES):
        with pytest.raises(Killed):
            advance(restoring.pk)
        IsolationRun.objects.update(lease_until=restoring.status_since - LEASE)
    advance(restoring.pk)
    run = IsolationRun.objects.get()
    assert (run.status, run.reason) == (Status.APPLIED, Reason.NOT_PUT_BACK)


def test_who_stops_it_during_the_step_is_obeyed(restoring, image, go_on, monkeypatch):
    before, asked_for = shown_bytes(image), restore_step.asked_for

    def slow(run):
        from django_product_isolation.workflow import stop_restoring

        stop_restoring(IsolationRun.objects.get(pk=run.pk))
        return asked_for(run)

    monkeypatch.setattr(restore_step, "asked_for", slow)
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
