from contextlib import suppress
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import image_applied
from tests.photos import photo_bytes, shown_bytes, upload
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


def test_a_newer_upload_is_never_overwritten(run, image, go_on):
    run = go_on(run, Status.READY)
    newer = upload(image)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    assert shown_bytes(image) == newer


def test_a_newer_upload_under_the_same_name_is_never_overwritten(run, image, go_on):
    run = go_on(run, Status.READY)
    newer = upload(image, same_name=True)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    assert shown_bytes(image) == newer
    assert not run.events.filter(status=Status.APPLIED).exists()


def test_an_upload_in_the_last_moment_before_the_swap_wins(run, image, go_on, monkeypatch):
    run = go_on(run, Status.READY)
    newer = []
    from django_product_isolation.workflow import publish

    approval_of = publish.approval_of

    def slow(run):
        newer.append(upload(image))
        return approval_of(run)

    monkeypatch.setattr(publish, "approval_of", slow)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    assert shown_bytes(image) == newer[0]


def test_an_upload_under_the_same_name_during_the_swap_is_put_back(
    run, image, go_on, step, heard, django_capture_on_commit_callbacks
):
    run = go_on(run, Status.APPLIED)
    newer = upload(image, same_name=True)
    with django_capture_on_commit_callbacks(execute=True):
        run = step(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    assert shown_bytes(image) == newer
    image.refresh_from_db()
    assert (image.width, image.height) == (60, 40)
    # Pages may have shown the result meanwhile.
    assert [name for name, _ in heard][-1] == "image_restored"
    assert heard[-1][1]["instance"].original.name == run.source_name


def test_a_deleted_image_is_not_brought_back(run, image, go_on):
    run = go_on(run, Status.READY)
    image.delete()
    run = go_on(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_DELETED)
    assert not ProductImage.objects.exists()


def test_without_its_original_nothing_is_swapped(run, image, go_on):
    run = go_on(run, Status.READY)
    image.original.storage.delete(image.original.name)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.ORIGINAL_MISSING)


@pytest.mark.parametrize("damage", ["gone", "changed"])
def test_a_damaged_result_is_not_shown(damage, run, image, go_on):
    run = go_on(run, Status.READY)
    storage = image.original.storage
    storage.delete(run.result_name)
    if damage == "changed":
        storage.save(run.result_name, ContentFile(photo_bytes()))
    before = shown_bytes(image)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.RESULT_MISSING)
    assert shown_bytes(image) == before


def test_what_colleagues_edit_meanwhile_stays(run, image, go_on):
    run = go_on(run, Status.READY)
    ProductImage.objects.filter(pk=image.pk).update(caption="edited meanwhile")
    before = ProductImage.objects.get(pk=image.pk).updated_at
    assert go_on(run).status == Status.APPLIED
    after = ProductImage.objects.get(pk=image.pk)
    assert (after.caption, after.updated_at) == ("edited meanwhile", before)


def test_the_shop_sees_no_save_that_could_delete_files(run, go_on):
    saved = []

    def listen(instance, **kwargs):
        saved.append(instance)

    post_save.connect(listen, sender=ProductImage)
    try:
        assert go_on(run).status == Status.APPLIED
    finally:
        post_save.disconnect(listen, sender=ProductImage)
    assert saved == []


def test_the_swap_stands_in_the_images_history_under_its_author(image, go_on, admin_user):
    go_on(isolate(image, user=admin_user).runs.get())
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id, entry.object_repr) == (
        admin_user,
        str(image.pk),
        "Enamel mug",
    )
    assert "Isolated" in entry.change_message


def test_a_receiver_of_the_history_that_fails_stands_in_no_swaps_way(image, go_on, admin_user):
    def forward(**kwargs):
        raise ConnectionError("the audit service is away")

    post_save.connect(forward, sender=LogEntry)
    try:
        run = go_on(isolate(image, user=admin_user).runs.get())
    finally:
        post_save.disconnect(forward, sender=LogEntry)
    assert run.status == Status.APPLIED
    (note,) = run.events.filter(kind=RunEvent.Kind.NOTE)
    assert "ConnectionError" in note.detail


def test_a_swap_without_a_person_leaves_no_log_entry(applied):
    assert not LogEntry.objects.exists()


def test_the_shop_is_told_what_happened(
    run, image, go_on, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        run = go_on(run)
    assert sorted(name for name, _ in heard) == ["image_applied", "run_finished"]
    for name, kwargs in heard:
        assert kwargs["run"].pk == run.pk
        if name != "run_finished":
            assert kwargs["instance"] == image


def test_a_receiver_that_fails_undoes_nothing(
    run, image, go_on, django_capture_on_commit_callbacks
):
    def broken(**kwargs):
        raise RuntimeError("the shop's own bug")

    image_applied.connect(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            run = go_on(run)
    finally:
        image_applied.disconnect(broken)
    assert (run.status, run.due_at) == (Status.APPLIED, None)


def test_a_crash_between_swap_and_telling_the_shop_tells_it_later(
    run, go_on, step, heard, django_capture_on_commit_callbacks
):
    run = go_on(run, Status.APPLIED)
    assert [name for name, _ in heard] == []
    assert IsolationRun.objects.due().filter(pk=run.pk).exists()
    with django_capture_on_commit_callbacks(execute=True):
        step(run)
    assert [name for name, _ in heard] == ["image_applied"]


@pytest.mark.django_db(transaction=True)
def test_the_shop_hears_of_nothing_that_is_rolled_back_around_the_step(run, go_on, step, heard):
    go_on(run, Status.APPLIED)
    with suppress(RuntimeError), transaction.atomic():
        step(run)
        raise RuntimeError("the host's own work failed")
    assert [name for name, _ in heard] == ["run_finished"]
    step(run)
    assert [name for name, _ in heard] == ["run_finished", "image_applied"]


def test_both_kinds_of_upload_at_once_leave_the_newest_alone(
    run, image, go_on, step, heard, django_capture_on_commit_callbacks
):
    run = go_on(run, Status.APPLIED)
    upload(image, same_name=True)
    newest = upload(image)
    with django_capture_on_commit_callbacks(execute=True):
        run = step(run)
    assert (run.status, run.due_at) == (Status.APPLIED, None)
    assert shown_bytes(image) == newest
    assert heard == []


def test_a_storage_that_stays_away_after_the_swap_is_not_asked_for_ever(
    run, image, go_on, step, monkeypatch, heard, django_capture_on_commit_callbacks
):
    run = go_on(run, Status.APPLIED)

    def broken(*args):
        raise PermissionError("403")

    monkeypatch.setattr(type(image.original.storage), "open", broken, raising=False)
    for _ in range(19):
        run = step(run)
        assert run.due_at is not None
    a_day_ago = timezone.now() - timedelta(hours=25)
    run.events.filter(reason=Reason.STORAGE_FAILED).update(at=a_day_ago)
    IsolationRun.objects.update(status_since=a_day_ago)
    with django_capture_on_commit_callbacks(execute=True):
        run = step(run)
    assert (run.status, run.due_at) == (Status.APPLIED, None)
    assert [name for name, _ in heard] == ["image_applied"]


def test_an_upload_during_the_swap_is_shown_though_the_storage_once_says_it_is_missing(
    run, image, go_on, step, monkeypatch
):
    run = go_on(run, Status.APPLIED)
    newest = upload(image, same_name=True)
    ProductImage.objects.filter(pk=image.pk).update(original=run.result_name)
    real, said = FileSystemStorage._open, []

    def once_missing(self, name, *args):
        if name == run.source_name and not said:
            said.append(name)
            raise FileNotFoundError(name)
        return real(self, name, *args)

    monkeypatch.setattr(FileSystemStorage, "_open", once_missing)
    assert step(run).due_at is not None
    assert step(run).status == Status.SUPERSEDED
    assert shown_bytes(image) == newest


def test_an_original_deleted_after_the_swap_leaves_the_result_shown(run, image, go_on, step):
    run = go_on(run, Status.APPLIED)
    image.original.storage.delete(run.source_name)
    run = step(run)
    assert (run.status, run.due_at) == (Status.APPLIED, None)
