"""Which files pruning removes, and which it never does."""

import pytest

from django_product_isolation import restore
from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import prune
from django_product_isolation.workflow import restore_runs
from tests.catalogue.models import ProductImage, UnregisteredImage

from .history import LEFT_OVER, applied, begun, grow_old, make_image, put_back, show, shown, upload

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
def test_a_result_that_nobody_uses_is_removed_and_the_image_left_alone(status, image, shelf):
    run = begun(image, status)
    grow_old()
    tally = prune(**ALL)
    assert (tally.results, tally.originals, tally.size) == (1, 0, 16)
    assert list(shelf.files) == [shown(image)]
    assert fresh(run).result_name == ""
    event = run.events.get(kind=RunEvent.Kind.PRUNED)
    assert (event.detail, event.reason) == (run.result_name, Reason.RESULT_PRUNED)


def test_a_result_under_whose_name_somebody_put_another_file_stays(image, shelf):
    run = begun(image, Status.REJECTED)
    shelf.files[run.result_name] = b"retouched by hand"
    grow_old()
    assert prune(**ALL).results == 0
    assert shelf.files[run.result_name] == b"retouched by hand"
    assert fresh(run).result_name == run.result_name


@pytest.mark.parametrize("status", sorted(OPEN_STATUSES))
def test_an_open_run_keeps_its_files(status, image, shelf):
    begun(image, status)
    upload(image, b"newer")
    grow_old()
    prune(**ALL)
    assert len(shelf.files) == 3


def test_a_shown_result_and_its_original_are_never_removed(image, shelf):
    run = applied(image)
    grow_old()
    tally = prune(**ALL, rows=30)
    assert (tally.results, tally.originals, tally.runs) == (0, 0, 0)
    assert len(shelf.files) == 2
    assert put_back(image) == [run]
    assert shelf.files[shown(image)] == b"busy"


@pytest.mark.parametrize("end", ["replaced", "deleted"])
def test_an_original_is_let_go_once_its_result_is(end, image, shelf):
    run = applied(image)
    upload(image, b"newer") if end == "replaced" else ProductImage.objects.all().delete()
    grow_old()
    assert (prune(results=30).results, len(shelf.names("delete"))) == (1, 1)
    assert run.source_name in shelf.files
    assert prune(originals=30).originals == 1
    assert set(shelf.files.values()) == ({b"newer"} if end == "replaced" else set())


def test_what_was_not_asked_for_and_what_is_young_stays(image, shelf):
    applied(image)
    upload(image, b"newer")
    begun(image, Status.REJECTED)
    prune(**ALL)
    grow_old()
    prune(rows=30)
    assert shelf.names("delete") == []


def test_a_run_that_is_not_at_its_end_yet_keeps_its_files(image, shelf):
    run = begun(image, Status.CANCELLED)
    grow_old()
    IsolationRun.objects.update(due_at=run.batch.created_at)
    prune(**ALL)
    assert run.result_name in shelf.files


def test_a_pruned_original_cannot_be_restored_and_the_reason_is_said(image, shelf):
    run = applied(image)
    upload(image, b"newer")
    grow_old()
    prune(originals=30)
    show(image, run.result_name)  # the shop goes back by itself
    assert restore(image).skipped == [("Mug", Reason.ORIGINAL_REMOVED)]
    assert shown(image) == run.result_name


def test_a_pruned_result_brings_no_original_back_to_an_emptied_image(image, shelf):
    run = applied(image)
    show(image, "")
    grow_old()
    prune(results=30)
    assert restore_runs([fresh(run)]).skipped == [("Mug", Reason.NOTHING_TO_RESTORE)]
    assert shown(image) == ""


def test_an_image_isolated_twice_keeps_all_that_leads_back(image, shelf):
    for _ in range(3):
        applied(image)
    grow_old()
    prune(**ALL)
    assert len(shelf.files) == 4
    for _ in range(3):
        assert put_back(image)
    assert shelf.files[shown(image)] == b"busy"


def test_an_image_isolated_twice_and_then_replaced_leaves_nothing(image, shelf):
    for _ in range(3):
        applied(image)
    newest = upload(image, b"newer")
    grow_old()
    for _ in range(2):
        prune(**ALL)
    assert list(shelf.files) == [newest]


def test_results_alone_never_takes_what_a_later_run_began_with(image, shelf):
    first, second = applied(image), applied(image)
    upload(image, b"newer")
    grow_old()
    prune(results=30)
    assert second.source_name == first.result_name
    assert first.result_name in shelf.files
    assert second.result_name not in shelf.files


def test_a_file_that_any_field_of_the_shop_shows_stays(image, shelf):
    run = applied(image)
    rejected = begun(image, Status.REJECTED)
    upload(image, b"newer")
    UnregisteredImage.objects.create(picture=run.source_name)
    show(make_image("Copy", b"other"), rejected.result_name)
    grow_old()
    prune(**ALL)
    assert {run.source_name, rejected.result_name} <= set(shelf.files)


def test_of_two_images_with_one_file_both_must_let_it_go(image, shelf):
    twin = make_image("Twin", b"x")
    show(twin, shown(image))
    runs = [applied(image), applied(twin)]
    upload(image, b"newer")
    grow_old()
    assert prune(**ALL).originals == 0
    upload(twin, b"newer too")
    listed = []
    assert prune(**ALL, dry_run=True, tell=listed.append).originals == 1
    removed = []
    assert prune(**ALL, tell=removed.append).originals == 1
    assert removed == listed
    assert b"busy" not in shelf.files.values()
    assert prune(**ALL).gone == 1
    assert [fresh(run).source_name for run in runs] == ["", ""]


def test_an_original_waits_for_the_youngest_run_that_began_with_it(image, shelf):
    twin = make_image("Twin", b"x")
    show(twin, shown(image))
    runs = [applied(image), applied(twin)]
    grow_old()
    IsolationRun.objects.filter(pk=max(run.pk for run in runs)).update(
        status_since=runs[0].status_since
    )
    upload(image, b"newer")
    upload(twin, b"newer")
    assert prune(originals=30).originals == 0


def test_a_name_that_came_to_hold_another_picture_is_left_alone(image, shelf):
    run = applied(image)
    upload(image, b"somebody else's", name=run.source_name)
    upload(image, b"newest")
    grow_old()
    assert prune(**ALL).originals == 0
    assert shelf.files[run.source_name] == b"somebody else's"


def test_a_restored_original_is_the_shops_again(image, shelf):
    run = applied(image)
    put_back(image)
    upload(image, b"newer")
    grow_old()
    prune(**ALL)
    assert run.source_name in shelf.files
    assert run.result_name not in shelf.files


def test_a_file_left_over_by_a_broken_step_is_removed(image, shelf):
    run = applied(image)
    shelf.files[LEFT_OVER] = b"half"
    run.record(RunEvent.Kind.LEFTOVER, detail=LEFT_OVER)
    assert prune(results=30).results == 0
    grow_old()
    assert prune(originals=30).originals == 0
    assert prune(results=30).results == 1
    assert len(shelf.files) == 2
    assert run.events.get(kind=RunEvent.Kind.PRUNED).detail == LEFT_OVER


def test_a_left_over_name_that_is_the_result_after_all_stays(image, shelf):
    run = begun(image, Status.READY)
    run.record(RunEvent.Kind.LEFTOVER, detail=run.result_name)
    other = applied(make_image("Other", b"x"))
    run.record(RunEvent.Kind.LEFTOVER, detail=other.result_name)
    grow_old()
    prune(**ALL)
    assert {run.result_name, other.result_name} <= set(shelf.files)


def test_files_that_are_gone_already_are_recorded_as_gone(image, shelf):
    run = applied(image)
    upload(image, b"newer")
    grow_old()
    shelf.files = {shown(image): b"newer"}
    tally = prune(**ALL)
    assert (tally.results, tally.originals, tally.gone) == (0, 0, 2)
    assert (fresh(run).source_name, fresh(run).result_name) == ("", "")


def fail(_name):
    raise OSError("the network is away")


def never_tell(_name):
    raise NotImplementedError


ANSWERS = {"it is": lambda _name: True, "it is not": lambda _name: False}
ANSWERS |= {"an error": fail, "nothing": never_tell}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_what_a_storage_once_says_is_missing_is_not_deleted_unread(
    answer, image, shelf, monkeypatch
):
    run = begun(image, Status.REJECTED)
    shelf.files[run.result_name] = b"retouched by hand"
    grow_old()

    def missing(name, mode="rb"):
        raise FileNotFoundError(name)

    with monkeypatch.context() as patched:
        patched.setattr(shelf, "_open", missing)
        patched.setattr(shelf, "exists", answer)
        tally = prune(**ALL)
    assert (tally.results, tally.gone + tally.failed) == (0, 1)
    assert (fresh(run).result_name == "") == (tally.gone == 1)
    assert shelf.files[run.result_name] == b"retouched by hand"
    prune(**ALL)
    assert shelf.files[run.result_name] == b"retouched by hand"


def test_runs_of_a_field_that_is_no_longer_isolated_are_left_alone(image, shelf, settings):
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
    assert run.result_name in shelf.files


def test_a_dry_run_lists_what_the_next_start_removes_and_touches_nothing(image, shelf):
    applied(image)
    upload(image, b"newer")
    begun(image, Status.REJECTED)
    applied(make_image("Shown", b"x"))
    grow_old()
    before, rows = dict(shelf.files), list(IsolationRun.objects.order_by("pk").values())
    would, did = [], []
    planned = prune(**ALL, rows=30, dry_run=True, tell=would.append)
    assert (shelf.files, list(IsolationRun.objects.order_by("pk").values())) == (before, rows)
    assert prune(**ALL, rows=30, tell=did.append) == planned
    assert did == would
    assert len(did) == 3


@pytest.mark.parametrize("days", [0, -1, 10**10])
@pytest.mark.parametrize("name", ["rows", "results", "originals"])
def test_days_that_make_no_sense_are_refused(name, days, db):
    with pytest.raises(ValueError, match=f"{name} takes"):
        prune(**{name: days})
