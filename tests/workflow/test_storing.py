"""Results on their way into the storage, and links that must be signed."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.host import NameTooLong, Target
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import NotReached, RunflowClient
from django_product_isolation.workflow import resume
from tests.photos import make_image, shown_bytes
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


def test_an_image_deleted_meanwhile_is_not_brought_back(run, image, runflow, go_on):
    run = go_on(run, Status.COLLECTING)
    ProductImage.objects.filter(pk=image.pk).delete()
    run = go_on(run)
    assert (run.status, run.reason) == (Status.SUPERSEDED, Reason.IMAGE_DELETED)
    assert not ProductImage.objects.exists()


def broken_save(monkeypatch, image, times):
    """The storage fails so many times, then works again."""
    storage = image.original.storage
    save, left = storage.save, [times]

    def failing(*args, **kwargs):
        if left[0]:
            left[0] -= 1
            raise OSError("disk full")
        return save(*args, **kwargs)

    monkeypatch.setattr(type(storage), "save", staticmethod(failing), raising=False)


def test_a_storage_that_fails_for_a_while_is_waited_for(run, image, runflow, go_on, monkeypatch):
    run = go_on(run, Status.COLLECTING)
    broken_save(monkeypatch, image, times=2)
    run = go_on(run)
    assert run.status == Status.APPLIED
    assert not run.events.filter(kind=RunEvent.Kind.LEFTOVER).exists()
    assert len(image.original.storage.listdir("products")[1]) == 2


def test_a_storage_that_cuts_what_it_stores_is_noticed(run, image, runflow, go_on, monkeypatch):
    run = go_on(run, Status.COLLECTING)
    storage = image.original.storage
    save = storage.save

    def cutting(name, content, max_length=None):
        return save(name, type(content)(BytesIO(content.read()[:-100])), max_length=max_length)

    monkeypatch.setattr(type(storage), "save", staticmethod(cutting), raising=False)
    before = shown_bytes(image)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.STORAGE_CHANGES)
    assert shown_bytes(image) == before


def test_a_storage_that_changes_what_it_stores_is_paid_for_once_and_not_filled_for_ever(
    run, image, runflow, go_on, step, monkeypatch
):
    storage = image.original.storage
    save = storage.save

    def optimising(name, content, max_length=None):
        return save(name, type(content)(BytesIO(content.read() + b"optimised")), max_length)

    waiting = isolate(make_image("Another")).runs.get()
    with monkeypatch.context() as patched:
        patched.setattr(type(storage), "save", staticmethod(optimising), raising=False)
        run = go_on(run)
        for _ in range(2):  # also when it is resumed before its storage is mended
            waiting = step(waiting)
            told = (waiting.status, waiting.reason, waiting.held_from)
            assert told == (Status.HELD, Reason.FIELD_STOPPED, Status.QUEUED)
            assert resume(waiting)
    assert (len(runflow.runs_of(run)), len(runflow.runs_of(waiting))) == (1, 0)
    assert resume(run)
    assert go_on(run).status == Status.APPLIED
    assert go_on(waiting).status == Status.APPLIED
    RunEvent.objects.update(at=timezone.now() - timedelta(days=2))
    call_command("prune_isolations", "--results", "1")
    assert len(storage.listdir("products")[1]) == 4


def test_a_result_stored_before_a_crash_is_used_again(run, image, runflow, go_on):
    run = go_on(run, Status.READY, Status.APPLIED)
    run = go_on(run)
    name, pk = run.result_name, run.pk
    # The row as a worker left it that died right after storing the file.
    ProductImage.objects.filter(pk=image.pk).update(original=run.source_name)
    IsolationRun.objects.filter(pk=pk).update(
        status=Status.COLLECTING, due_at=timezone.now(), result_sha256=""
    )
    run = go_on(run)
    assert (run.status, run.result_name) == (Status.APPLIED, name)


def test_no_link_to_a_result_is_kept(run, runflow, go_on):
    run = go_on(run)
    kept = [*IsolationRun.objects.values_list(), *RunEvent.objects.values_list()]
    assert "http" not in str(kept)


def test_a_key_that_is_refused_while_collecting_holds_the_run_there(run, runflow, go_on, step):
    run = go_on(run, Status.COLLECTING)
    runflow.behave(fault="unauthorized", on="get_run", times=9)
    run = step(run)
    assert (run.status, run.held_from) == (Status.HELD, Status.COLLECTING)


def test_a_run_that_is_not_finished_after_all_is_waited_for(run, runflow, step):
    runflow.behave(fault="stuck_in_queued")
    run = step(run)
    IsolationRun.objects.filter(pk=run.pk).update(status=Status.COLLECTING)
    assert step(run).status == Status.PROCESSING


def signing_answers(monkeypatch, answer):
    """Have ``answer`` say what comes when a signed link is asked for."""
    get_run = RunflowClient.get_run

    def asked(self, run_id, ref, *, add_signature=False):
        known = get_run(self, run_id, ref, add_signature=add_signature)
        return answer(known) if add_signature else known

    monkeypatch.setattr(RunflowClient, "get_run", asked)


def no_answer(_known):
    raise NotReached


def no_link(known):
    return replace(known, output_urls=())


@pytest.mark.parametrize("answer", [no_answer, no_link])
def test_a_signed_link_that_cannot_be_had_is_waited_for(
    answer, run, runflow, go_on, step, monkeypatch
):
    run = go_on(run, Status.COLLECTING)
    runflow.behave(file_urls="unsigned")
    with monkeypatch.context() as patch:
        signing_answers(patch, answer)
        for _ in range(3):
            assert step(run).status == Status.COLLECTING
    runflow.behave(file_urls="signed")
    assert go_on(run).status == Status.APPLIED


def test_a_column_that_became_too_short_meanwhile_has_a_person_asked(
    run, image, runflow, go_on, step, monkeypatch
):
    run = go_on(run, Status.COLLECTING)

    def refuse(*_args, **_options):
        raise NameTooLong

    monkeypatch.setattr(Target, "path_for", refuse)
    before = shown_bytes(image)
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.NAME_TOO_LONG)
    assert shown_bytes(image) == before
