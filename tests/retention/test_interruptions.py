"""Pruning that is cut off, meets a storage that is away, or meets somebody at the same time."""

import pytest
from django.core.files.storage import FileSystemStorage

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import file_pruning, prune
from django_product_isolation.retention.file_pruning import MAX_FAILURES
from django_product_isolation.workflow import restore_runs
from tests.catalogue.models import ProductImage

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

pytestmark = pytest.mark.django_db(transaction=True)

ALL = {"results": 30, "originals": 30}


class Killed(BaseException):
    """The process ends here."""


def kill_at(shelf, number):
    """End the process before the so-manyth call of the storage."""
    left = [number]

    def before(operation, name):
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    shelf.before = before


def calm(shelf):
    shelf.before = lambda operation, name: None


@pytest.fixture
def past(image, shelf):
    """One file to remove of each kind, and one pair that is shown."""
    run = applied(image)
    upload(image, b"newer")
    begun(image, Status.REJECTED)
    shelf.files[LEFT_OVER] = b"half"
    run.record(RunEvent.Kind.LEFTOVER, detail=LEFT_OVER)
    other = make_image("Shown", b"other")
    applied(other)
    grow_old()
    return [shown(image), shown(other), "products/Shown.jpg"]


def test_pruning_ended_at_any_call_goes_on_at_the_next_start(past, shelf):
    files = dict(shelf.files)
    number = 0
    while True:
        number += 1
        kill_at(shelf, number)
        try:
            prune(**ALL)
            break
        except Killed:
            calm(shelf)
            assert set(past) <= set(shelf.files)
            known = {name for run in IsolationRun.objects.all() for name in names_of(run)}
            assert set(shelf.files) - set(past) <= known
    assert number > 1
    assert set(shelf.files) == set(past)
    assert len(files) == 7
    assert not RunEvent.objects.filter(kind=RunEvent.Kind.LEFTOVER).exists()


def names_of(run):
    left = run.events.filter(kind=RunEvent.Kind.LEFTOVER)
    return {run.source_name, run.result_name, *left.values_list("detail", flat=True)}


@pytest.mark.parametrize("statement", ["UPDATE", "INSERT"])
@pytest.mark.parametrize("number", range(1, 9))
def test_pruning_ended_at_any_statement_goes_on_at_the_next_start(statement, number, past, shelf):
    from django.db import connection

    left = [number]

    def dying(execute, sql, params, many, context):
        if sql.startswith(statement):
            left[0] -= 1
            if left[0] == 0:
                raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dying):
        try:
            prune(**ALL)
        except Killed:
            assert set(past) <= set(shelf.files)
    prune(**ALL)
    assert set(shelf.files) == set(past)


def test_no_storage_is_called_within_a_transaction(past, shelf):
    shelf.in_transaction = 0
    prune(**ALL, rows=30)
    assert len(shelf.names("delete")) == 4
    assert shelf.in_transaction == 0


def test_each_file_is_deleted_only_once_its_run_has_given_it_up(past, shelf):
    def before(operation, name):
        if operation == "delete":
            assert not IsolationRun.objects.filter(result_name=name).exists()
            assert not IsolationRun.objects.filter(source_name=name, status="applied").exists()
            assert RunEvent.objects.filter(kind=RunEvent.Kind.LEFTOVER, detail=name).exists()

    shelf.before = before
    tally = prune(**ALL)
    assert (tally.failed, tally.results, tally.originals) == (0, 3, 1)


def test_a_storage_that_is_away_is_asked_a_few_times_and_the_rest_left(image, shelf):
    for _ in range(10):
        begun(image, Status.REJECTED)
    grow_old()

    def before(operation, name):
        raise TimeoutError

    shelf.before = before
    shelf.calls = []
    tally = prune(results=30)
    assert (tally.results, tally.failed, len(shelf.calls)) == (0, MAX_FAILURES, MAX_FAILURES)
    calm(shelf)
    assert prune(results=30).results == 10


def test_one_file_that_cannot_be_deleted_does_not_keep_the_others(image, shelf, monkeypatch):
    monkeypatch.setattr(file_pruning, "CHUNK", 4)
    odd = begun(image, Status.REJECTED)
    for _ in range(9):
        begun(image, Status.REJECTED)
    grow_old()

    def before(operation, name):
        if operation == "delete" and name == odd.result_name:
            raise PermissionError

    shelf.before = before
    said = []
    tally = prune(results=30, tell=said.append)
    assert (tally.results, tally.failed) == (9, 1)
    assert f"storage failed (PermissionError), result kept: {odd.result_name}" in said
    assert prune(results=30).failed == 1
    calm(shelf)
    assert prune(results=30).results == 1
    assert list(shelf.files) == [shown(image)]


def test_files_that_nobody_can_delete_do_not_keep_the_others_for_ever(image, shelf):
    stuck = {begun(image, Status.REJECTED).result_name for _ in range(MAX_FAILURES)}
    grow_old()

    def before(operation, name):
        if operation == "delete" and name in stuck:
            raise PermissionError

    shelf.before = before
    prune(results=30)
    begun(image, Status.REJECTED)
    grow_old()
    assert prune(results=30).results == 1
    assert set(shelf.files) == {shown(image), *stuck}


def test_a_storage_that_cannot_tell_sizes_is_pruned_all_the_same(image, shelf, monkeypatch):
    def size(name):
        raise NotImplementedError

    monkeypatch.setattr(shelf, "size", size)
    begun(image, Status.REJECTED)
    grow_old()
    tally = prune(results=30)
    assert (tally.results, tally.size) == (1, 0)


def test_an_original_above_what_we_handle_is_left_alone(image, shelf, monkeypatch):
    monkeypatch.setattr("django_product_isolation.host.storage.MAX_FILE_BYTES", 3)
    run = begun(image, Status.APPLIED)
    upload(image, b"new")
    grow_old()
    assert prune(**ALL).originals == 0
    assert run.source_name in shelf.files


@pytest.mark.parametrize("back_to", ["source_name", "result_name"])
def test_what_the_shop_comes_back_to_in_the_last_moment_is_kept(back_to, image, shelf, monkeypatch):
    run = applied(image)
    upload(image, b"newer")
    grow_old()
    files = dict(shelf.files)

    def before(operation, name):
        if operation == "size":
            show(image, getattr(run, back_to))

    shelf.before = before
    days = {"originals": 30} if back_to == "source_name" else {"results": 30}
    tally = prune(**days)
    assert (tally.results, tally.originals) == (0, 0)
    assert shelf.files == files
    after = IsolationRun.objects.get(pk=run.pk)
    assert (after.source_name, after.result_name) == (run.source_name, run.result_name)
    assert not after.events.filter(kind=RunEvent.Kind.LEFTOVER).exists()


def test_the_own_image_is_looked_at_again_just_before_each_deletion(image, shelf):
    first, second = (begun(image, Status.REJECTED) for _ in range(2))
    grow_old()

    def before(operation, name):
        if operation == "delete":
            (other,) = {first.result_name, second.result_name} - {name}
            show(image, other)

    shelf.before = before
    assert prune(results=30).results == 1
    assert shown(image) in shelf.files


def test_a_left_over_file_that_the_shop_shows_in_the_last_moment_stays_left_over(image, shelf):
    run = begun(image, Status.FAILED, result=False)
    shelf.files[LEFT_OVER] = b"half"
    run.record(RunEvent.Kind.LEFTOVER, detail=LEFT_OVER)
    grow_old()
    shelf.before = lambda operation, name: show(image, LEFT_OVER)
    assert prune(results=30).results == 0
    assert run.events.get(kind=RunEvent.Kind.LEFTOVER).detail in shelf.files
    assert IsolationRun.objects.get(pk=run.pk).result_name == ""


def test_a_restore_that_read_the_run_before_it_was_pruned_changes_nothing(image, shelf):
    run = applied(image)
    upload(image, b"newer")
    grow_old()
    stale = IsolationRun.objects.select_related("batch").get(pk=run.pk)

    def before(operation, name):
        if operation == "delete":
            show(image, run.result_name)  # the shop itself goes back, and staff press Restore
            shelf.before = lambda operation, name: None
            outcomes.extend(restore_runs([stale]).skipped)

    outcomes = []
    shelf.before = before
    prune(originals=30)
    assert outcomes == [("Mug", Reason.ORIGINAL_REMOVED)]
    assert shown(image) == run.result_name
    assert run.result_name in shelf.files


def test_a_run_that_is_restored_while_its_original_is_looked_at_keeps_it(image, shelf):
    run = applied(image)
    newest = upload(image, b"newer")
    grow_old()

    def before(operation, name):
        if operation == "size":
            show(image, run.result_name)
            shelf.before = lambda operation, name: None
            assert put_back(image) == [run]

    shelf.before = before
    assert prune(originals=30).originals == 0
    assert shelf.files[shown(image)] == b"busy"
    assert newest in shelf.files


def test_a_run_that_waits_to_be_restored_keeps_both_files_and_its_row(image, shelf):
    run = applied(image)
    assert len(restore_runs([run]).begun) == 1
    grow_old()
    tally = prune(**ALL, rows=30)
    assert (tally.results, tally.originals, tally.runs) == (0, 0, 0)
    take_steps()
    assert shelf.files[shown(image)] == b"busy"


def test_an_original_that_is_pruned_after_the_click_leaves_the_result_shown(image, shelf):
    run = applied(image)
    assert len(restore_runs([run]).begun) == 1
    del shelf.files[run.source_name]
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
