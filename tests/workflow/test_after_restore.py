"""After an original was put back: what is looked at again, and what the shop is told."""

from contextlib import suppress

import pytest
from django.core.files.base import ContentFile
from django.db import transaction

from django_product_isolation import restore
from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import image_restored
from tests.photos import photo_bytes, shown_bytes, upload

pytestmark = pytest.mark.django_db


def names_of(heard):
    return [name for name, _kwargs in heard]


def overwrite(image, name, content):
    """An upload under a name that is taken, on a storage that overwrites."""
    image.original.storage.delete(name)
    image.original.storage.save(name, ContentFile(content))


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
    assert names_of(heard) == ["image_applied"]  # pages may have shown the original meanwhile
    assert heard[0][1]["instance"].original.name == run.result_name


def test_what_is_uploaded_right_after_the_swap_stays_and_nothing_else_is_told(
    restoring, image, step, heard, django_capture_on_commit_callbacks
):
    run, newer = step(restoring), upload(image)
    with django_capture_on_commit_callbacks(execute=True):
        run = step(run)
    assert (run.status, run.due_at, names_of(heard)) == (Status.RESTORED, None, [])
    assert shown_bytes(image) == newer


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
