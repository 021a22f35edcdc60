"""Pruning that is cut off, meets a storage that is away, or meets somebody at the same time."""

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.retention import file_pruning, prune
from django_product_isolation.retention.file_pruning import MAX_FAILURES

from .history import (
    LEFT_OVER,
    applied,
    begun,
    grow_old,
    make_image,
    shown,
    upload,
)

pytestmark = pytest.mark.django_db(transaction=True)

ALL = {"results": 30, "originals": 30}


class Killed(BaseException):
    """The process ends here."""


def kill_at(fake_storage, number):
    """End the process before the so-manyth call of the storage."""
    left = [number]

    def before(operation, name):
        left[0] -= 1
        if left[0] == 0:
            raise Killed

    fake_storage.before = before


def calm(fake_storage):
    fake_storage.before = lambda operation, name: None


@pytest.fixture
def past(image, fake_storage):
    """One file to remove of each kind, and one pair that is shown."""
    run = applied(image)
    upload(image, b"newer")
    begun(image, Status.REJECTED)
    fake_storage.files[LEFT_OVER] = b"half"
    run.record(RunEvent.Kind.LEFTOVER, detail=LEFT_OVER)
    other = make_image("Shown", b"other")
    applied(other)
    grow_old()
    return [shown(image), shown(other), "products/Shown.jpg"]


def test_pruning_ended_at_any_call_goes_on_at_the_next_start(past, fake_storage):
    files = dict(fake_storage.files)
    number = 0
    while True:
        number += 1
        kill_at(fake_storage, number)
        try:
            prune(**ALL)
            break
        except Killed:
            calm(fake_storage)
            assert set(past) <= set(fake_storage.files)
            known = {name for run in IsolationRun.objects.all() for name in names_of(run)}
            assert set(fake_storage.files) - set(past) <= known
    assert number > 1
    assert set(fake_storage.files) == set(past)
    assert len(files) == 7
    assert not RunEvent.objects.filter(kind=RunEvent.Kind.LEFTOVER).exists()


def names_of(run):
    left = run.events.filter(kind=RunEvent.Kind.LEFTOVER)
    return {run.source_name, run.result_name, *left.values_list("detail", flat=True)}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("statement", ["UPDATE", "INSERT"])
@pytest.mark.parametrize("number", range(1, 9))
def test_pruning_ended_at_any_statement_goes_on_at_the_next_start(
    statement, number, past, fake_storage
):
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
            assert set(past) <= set(fake_storage.files)
    prune(**ALL)
    assert set(fake_storage.files) == set(past)


def test_no_storage_is_called_within_a_transaction(past, fake_storage):
    fake_storage.in_transaction = 0
    prune(**ALL, rows=30)
    assert len(fake_storage.names("delete")) == 4
    assert fake_storage.in_transaction == 0


def test_each_file_is_deleted_only_once_its_run_has_given_it_up(past, fake_storage):
    def before(operation, name):
        if operation == "delete":
            assert not IsolationRun.objects.filter(result_name=name).exists()
            assert not IsolationRun.objects.filter(source_name=name, status="applied").exists()
            assert RunEvent.objects.filter(kind=RunEvent.Kind.LEFTOVER, detail=name).exists()

    fake_storage.before = before
    tally = prune(**ALL)
    assert (tally.failed, tally.results, tally.originals) == (0, 3, 1)


def test_a_storage_that_is_away_is_asked_a_few_times_and_the_rest_left(image, fake_storage):
    for _ in range(10):
        begun(image, Status.REJECTED)
    grow_old()

    def before(operation, name):
        raise TimeoutError

    fake_storage.before = before
    fake_storage.calls = []
    tally = prune(results=30)
    assert (tally.results, tally.failed, len(fake_storage.calls)) == (0, MAX_FAILURES, MAX_FAILURES)
    calm(fake_storage)
    assert prune(results=30).results == 10


def test_one_file_that_cannot_be_deleted_does_not_keep_the_others(image, fake_storage, monkeypatch):
    monkeypatch.setattr(file_pruning, "CHUNK", 4)
    odd = begun(image, Status.REJECTED)
    for _ in range(9):
        begun(image, Status.REJECTED)
    grow_old()

    def before(operation, name):
        if operation == "delete" and name == odd.result_name:
            raise PermissionError

    fake_storage.before = before
    said = []
    tally = prune(results=30, tell=said.append)
    assert (tally.results, tally.failed) == (9, 1)
    assert f"storage failed (PermissionError), result kept: {odd.result_name}" in said
    assert prune(results=30).failed == 1
    calm(fake_storage)
    assert prune(results=30).results == 1
    assert list(fake_storage.files) == [shown(image)]


def test_files_that_nobody_can_delete_do_not_keep_the_others_for_ever(image, fake_storage):
    stuck = {begun(image, Status.REJECTED).result_name for _ in range(MAX_FAILURES)}
    grow_old()

    def before(operation, name):
        if operation == "delete" and name in stuck:
            raise PermissionError

    fake_storage.before = before
    prune(results=30)
    begun(image, Status.REJECTED)
    grow_old()
    assert prune(results=30).results == 1
    assert set(fake_storage.files) == {shown(image), *stuck}


def test_a_storage_that_cannot_tell_sizes_is_pruned_all_the_same(image, fake_storage, monkeypatch):
    def size(name):
        raise NotImplementedError

    monkeypatch.setattr(fake_storage, "size", size)
    begun(image, Status.REJECTED)
    grow_old()
    tally = prune(results=30)
    assert (tally.results, tally.size) == (1, 0)


def test_an_original_above_what_we_handle_is_left_alone(image, fake_storage, monkeypatch):
    monkeypatch.setattr("django_product_isolation.host.storage.MAX_FILE_BYTES", 3)
    run = begun(image, Status.APPLIED)
    upload(image, b"new")
    grow_old()
    assert prune(**ALL).originals == 0
    assert run.source_name in fake_storage.files
