"""Which files pruning removes, and which it never does."""

import pytest

from django_product_isolation import restore
from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import prune
from django_product_isolation.workflow import restore_runs
from tests.shops.catalogue.models import ProductImage

from .history import applied, begun, grow_old, make_image, put_back, show, shown, upload

pytestmark = pytest.mark.django_db

ALL = {"results": 30, "originals": 30}
ENDED_WITH_A_RESULT = [
    Status.RESTORED,
    Status.REJECTED,
    Status.FAILED,
    Status.CANCELLED,
    Status.SUPERSEDED,
]


def fresh(run):
    return IsolationRun.objects.get(pk=run.pk)


@pytest.mark.parametrize("status", ENDED_WITH_A_RESULT)
def test_a_result_that_nobody_uses_is_removed_and_the_image_left_alone(status, image, fake_storage):
    run = begun(image, status)
    grow_old()
    tally = prune(**ALL)
    assert (tally.results, tally.originals, tally.size) == (1, 0, 16)
    assert list(fake_storage.files) == [shown(image)]
    assert fresh(run).result_name == ""
    event = run.events.get(kind=RunEvent.Kind.PRUNED)
    assert (event.detail, event.reason) == (run.result_name, Reason.RESULT_PRUNED)


def test_a_result_under_whose_name_somebody_put_another_file_stays(image, fake_storage):
    run = begun(image, Status.REJECTED)
    fake_storage.files[run.result_name] = b"retouched by hand"
    grow_old()
    assert prune(**ALL).results == 0
    assert fake_storage.files[run.result_name] == b"retouched by hand"
    assert fresh(run).result_name == run.result_name


@pytest.mark.parametrize("status", sorted(OPEN_STATUSES))
def test_an_open_run_keeps_its_files(status, image, fake_storage):
    begun(image, status)
    upload(image, b"newer")
    grow_old()
    prune(**ALL)
    assert len(fake_storage.files) == 3


def test_a_shown_result_and_its_original_are_never_removed(image, fake_storage):
    run = applied(image)
    grow_old()
    tally = prune(**ALL, rows=30)
    assert (tally.results, tally.originals, tally.runs) == (0, 0, 0)
    assert len(fake_storage.files) == 2
    assert put_back(image) == [run]
    assert fake_storage.files[shown(image)] == b"busy"


@pytest.mark.parametrize("end", ["replaced", "deleted"])
def test_an_original_is_let_go_once_its_result_is(end, image, fake_storage):
    run = applied(image)
    upload(image, b"newer") if end == "replaced" else ProductImage.objects.all().delete()
    grow_old()
    assert (prune(results=30).results, len(fake_storage.names("delete"))) == (1, 1)
    assert run.source_name in fake_storage.files
    assert prune(originals=30).originals == 1
    assert set(fake_storage.files.values()) == ({b"newer"} if end == "replaced" else set())


def test_what_was_not_asked_for_and_what_is_young_stays(image, fake_storage):
    applied(image)
    upload(image, b"newer")
    begun(image, Status.REJECTED)
    prune(**ALL)
    grow_old()
    prune(rows=30)
    assert fake_storage.names("delete") == []


def test_a_run_that_is_not_at_its_end_yet_keeps_its_files(image, fake_storage):
    run = begun(image, Status.CANCELLED)
    grow_old()
    IsolationRun.objects.update(due_at=run.batch.created_at)
    prune(**ALL)
    assert run.result_name in fake_storage.files


def test_a_pruned_original_cannot_be_restored_and_the_reason_is_said(image, fake_storage):
    run = applied(image)
    upload(image, b"newer")
    grow_old()
    prune(originals=30)
    show(image, run.result_name)  # the shop goes back by itself
    assert restore(image).skipped == [("Mug", Reason.ORIGINAL_REMOVED)]
    assert shown(image) == run.result_name


def test_a_pruned_result_brings_no_original_back_to_an_emptied_image(image, fake_storage):
    run = applied(image)
    show(image, "")
    grow_old()
    prune(results=30)
    assert restore_runs([fresh(run)]).skipped == [("Mug", Reason.NOTHING_TO_RESTORE)]
    assert shown(image) == ""


def test_an_image_isolated_twice_keeps_all_that_leads_back(image, fake_storage):
    for _ in range(3):
        applied(image)
    grow_old()
    prune(**ALL)
    assert len(fake_storage.files) == 4
    for _ in range(3):
        assert put_back(image)
    assert fake_storage.files[shown(image)] == b"busy"


def test_an_image_isolated_twice_and_then_replaced_leaves_nothing(image, fake_storage):
    for _ in range(3):
        applied(image)
    newest = upload(image, b"newer")
    grow_old()
    for _ in range(2):
        prune(**ALL)
    assert list(fake_storage.files) == [newest]


def test_results_alone_never_takes_what_a_later_run_began_with(image, fake_storage):
    first, second = applied(image), applied(image)
    upload(image, b"newer")
    grow_old()
    prune(results=30)
    assert second.source_name == first.result_name
    assert first.result_name in fake_storage.files
    assert second.result_name not in fake_storage.files


def test_runs_of_a_field_that_is_no_longer_isolated_are_left_alone(image, fake_storage, settings):
    run = begun(image, Status.REJECTED)
    grow_old()
    run.batch.field_name = "thumbnail"
    run.batch.save()
    prune(**ALL)
    run.batch.field_name = "original"
    run.batch.save()
    images = {"catalogue.Swatch": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    prune(**ALL)
    assert run.result_name in fake_storage.files


def test_a_dry_run_lists_what_the_next_start_removes_and_touches_nothing(image, fake_storage):
    applied(image)
    upload(image, b"newer")
    begun(image, Status.REJECTED)
    applied(make_image("Shown", b"x"))
    grow_old()
    before, rows = dict(fake_storage.files), list(IsolationRun.objects.order_by("pk").values())
    would, did = [], []
    planned = prune(**ALL, rows=30, dry_run=True, tell=would.append)
    assert (fake_storage.files, list(IsolationRun.objects.order_by("pk").values())) == (
        before,
        rows,
    )
    assert prune(**ALL, rows=30, tell=did.append) == planned
    assert did == would
    assert len(did) == 3


@pytest.mark.parametrize("days", [0, -1, 10**10])
@pytest.mark.parametrize("name", ["rows", "results", "originals"])
def test_days_that_make_no_sense_are_refused(name, days, db):
    with pytest.raises(ValueError, match=f"{name} takes"):
        prune(**{name: days})
