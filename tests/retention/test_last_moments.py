"""What changes while files are removed: the last look decides."""

import pytest
from django.core.files.storage import FileSystemStorage

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import prune
from django_product_isolation.workflow import restore_runs
from tests.shops.catalogue.models import ProductImage

from .history import (
    LEFT_OVER,
    applied,
    begun,
    field,
    grow_old,
    make_image,
    put_back,
    show,
    shown,
    take_steps,
    upload,
)
from .test_interruptions import ALL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("back_to", ["source_name", "result_name"])
def test_what_the_shop_comes_back_to_in_the_last_moment_is_kept(
    back_to, image, fake_storage, monkeypatch
):
    run = applied(image)
    upload(image, b"newer")
    grow_old()
    files = dict(fake_storage.files)

    def before(operation, name):
        if operation == "size":
            show(image, getattr(run, back_to))

    fake_storage.before = before
    days = {"originals": 30} if back_to == "source_name" else {"results": 30}
    tally = prune(**days)
    assert (tally.results, tally.originals) == (0, 0)
    assert fake_storage.files == files
    after = IsolationRun.objects.get(pk=run.pk)
    assert (after.source_name, after.result_name) == (run.source_name, run.result_name)
    assert not after.events.filter(kind=RunEvent.Kind.LEFTOVER).exists()


def test_the_own_image_is_looked_at_again_just_before_each_deletion(image, fake_storage):
    first, second = (begun(image, Status.REJECTED) for _ in range(2))
    grow_old()

    def before(operation, name):
        if operation == "delete":
            (other,) = {first.result_name, second.result_name} - {name}
            show(image, other)

    fake_storage.before = before
    assert prune(results=30).results == 1
    assert shown(image) in fake_storage.files


def test_a_left_over_file_that_the_shop_shows_in_the_last_moment_stays_left_over(
    image, fake_storage
):
    run = begun(image, Status.FAILED, result=False)
    fake_storage.files[LEFT_OVER] = b"half"
    run.record(RunEvent.Kind.LEFTOVER, detail=LEFT_OVER)
    grow_old()
    fake_storage.before = lambda operation, name: show(image, LEFT_OVER)
    assert prune(results=30).results == 0
    assert run.events.get(kind=RunEvent.Kind.LEFTOVER).detail in fake_storage.files
    assert IsolationRun.objects.get(pk=run.pk).result_name == ""


def test_a_restore_that_read_the_run_before_it_was_pruned_changes_nothing(image, fake_storage):
    run = applied(image)
    upload(image, b"newer")
    grow_old()
    stale = IsolationRun.objects.select_related("batch").get(pk=run.pk)

    def before(operation, name):
        if operation == "delete":
            show(image, run.result_name)  # the shop itself goes back, and staff press Restore
            fake_storage.before = lambda operation, name: None
            outcomes.extend(restore_runs([stale]).skipped)

    outcomes = []
    fake_storage.before = before
    prune(originals=30)
    assert outcomes == [("Mug", Reason.ORIGINAL_REMOVED)]
    assert shown(image) == run.result_name
    assert run.result_name in fake_storage.files


def test_a_run_that_is_restored_while_its_original_is_looked_at_keeps_it(image, fake_storage):
    run = applied(image)
    newest = upload(image, b"newer")
    grow_old()

    def before(operation, name):
        if operation == "size":
            show(image, run.result_name)
            fake_storage.before = lambda operation, name: None
            assert put_back(image) == [run]

    fake_storage.before = before
    assert prune(originals=30).originals == 0
    assert fake_storage.files[shown(image)] == b"busy"
    assert newest in fake_storage.files


def test_a_run_that_waits_to_be_restored_keeps_both_files_and_its_row(image, fake_storage):
    run = applied(image)
    assert len(restore_runs([run]).begun) == 1
    grow_old()
    tally = prune(**ALL, rows=30)
    assert (tally.results, tally.originals, tally.runs) == (0, 0, 0)
    take_steps()
    assert fake_storage.files[shown(image)] == b"busy"


def test_an_original_that_is_pruned_after_the_click_leaves_the_result_shown(image, fake_storage):
    run = applied(image)
    assert len(restore_runs([run]).begun) == 1
    del fake_storage.files[run.source_name]
    take_steps()
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.APPLIED, Reason.ORIGINAL_MISSING)
    assert shown(image) == run.result_name


def test_local_files_are_removed_too(db, settings, monkeypatch):
    monkeypatch.setattr(field(), "storage", FileSystemStorage())
    stored = field().storage.save(LEFT_OVER, file_of(b"result"))
    image = make_image("Mug", b"busy")
    IsolationRun.objects.create(
        batch=begun_batch(),
        object_pk=str(image.pk),
        label="Mug",
        status=Status.REJECTED,
        due_at=None,
        source_name=shown(image),
        result_name=stored,
    )
    grow_old()
    assert prune(**ALL).results == 1
    assert not field().storage.exists(stored)
    assert ProductImage.objects.get().original.storage.exists(shown(image))


def file_of(content):
    from django.core.files.base import ContentFile

    return ContentFile(content)


def begun_batch():
    from tests.shop import make_batch

    return make_batch()
