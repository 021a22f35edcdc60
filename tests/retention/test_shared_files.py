"""Files that several rows, runs or fields have, and files that are not what they were."""

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.retention import prune
from tests.shops.catalogue.models import UnregisteredImage

from .history import LEFT_OVER, applied, begun, grow_old, make_image, put_back, show, shown, upload
from .test_file_pruning import ALL, fresh

pytestmark = pytest.mark.django_db


def test_a_file_that_any_field_of_the_shop_shows_stays(image, fake_storage):
    run = applied(image)
    rejected = begun(image, Status.REJECTED)
    upload(image, b"newer")
    UnregisteredImage.objects.create(picture=run.source_name)
    show(make_image("Copy", b"other"), rejected.result_name)
    grow_old()
    prune(**ALL)
    assert {run.source_name, rejected.result_name} <= set(fake_storage.files)


def test_of_one_image_that_was_isolated_twice_the_original_goes_once(image, fake_storage):
    runs = twice(image)
    upload(image, b"newer")
    grow_old()
    listed = []
    assert prune(**ALL, dry_run=True, tell=listed.append).originals == 1
    removed = []
    assert prune(**ALL, tell=removed.append).originals == 1
    assert removed == listed
    assert b"busy" not in fake_storage.files.values()
    assert prune(**ALL).gone == 1
    assert [fresh(run).source_name for run in runs] == ["", ""]


def twice(image):
    """Two runs of one original, to which the shop's own code has put the image back."""
    original = shown(image)
    first = applied(image)
    show(image, original)
    return [first, applied(image)]


def test_an_original_waits_for_the_youngest_run_that_began_with_it(image, fake_storage):
    runs = twice(image)
    grow_old()
    IsolationRun.objects.filter(pk=max(run.pk for run in runs)).update(
        status_since=runs[0].status_since
    )
    upload(image, b"newer")
    assert prune(originals=30).originals == 0


@pytest.mark.parametrize("end", [Status.APPLIED, Status.REJECTED])
def test_an_original_of_several_images_stays_as_it_may_be_a_placeholder(end, image, fake_storage):
    """Which code of the shop's gives to rows when it likes, and which stands in no column."""
    other = make_image("Other", b"x")
    show(other, shown(image))
    run = applied(image)
    begun(other, end, result=False)
    upload(image, b"newer")
    upload(other, b"newer too")
    grow_old()
    assert prune(**ALL, dry_run=True).originals == 0
    assert prune(**ALL).originals == 0
    assert run.source_name in fake_storage.files


def test_a_name_that_came_to_hold_another_picture_is_left_alone(image, fake_storage):
    run = applied(image)
    upload(image, b"somebody else's", name=run.source_name)
    upload(image, b"newest")
    grow_old()
    assert prune(**ALL).originals == 0
    assert fake_storage.files[run.source_name] == b"somebody else's"


def test_a_restored_original_is_the_shops_again(image, fake_storage):
    run = applied(image)
    put_back(image)
    upload(image, b"newer")
    grow_old()
    prune(**ALL)
    assert run.source_name in fake_storage.files
    assert run.result_name not in fake_storage.files


def test_a_file_left_over_by_a_broken_step_is_removed(image, fake_storage):
    run = applied(image)
    fake_storage.files[LEFT_OVER] = b"half"
    run.record(RunEvent.Kind.LEFTOVER, detail=LEFT_OVER)
    assert prune(results=30).results == 0
    grow_old()
    assert prune(originals=30).originals == 0
    assert prune(results=30).results == 1
    assert len(fake_storage.files) == 2
    assert run.events.get(kind=RunEvent.Kind.PRUNED).detail == LEFT_OVER


def test_a_left_over_name_that_is_the_result_after_all_stays(image, fake_storage):
    run = begun(image, Status.READY)
    run.record(RunEvent.Kind.LEFTOVER, detail=run.result_name)
    other = applied(make_image("Other", b"x"))
    run.record(RunEvent.Kind.LEFTOVER, detail=other.result_name)
    grow_old()
    prune(**ALL)
    assert {run.result_name, other.result_name} <= set(fake_storage.files)


def test_files_that_are_gone_already_are_recorded_as_gone(image, fake_storage):
    run = applied(image)
    upload(image, b"newer")
    grow_old()
    fake_storage.files = {shown(image): b"newer"}
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
    answer, image, fake_storage, monkeypatch
):
    run = begun(image, Status.REJECTED)
    fake_storage.files[run.result_name] = b"retouched by hand"
    grow_old()

    def missing(name, mode="rb"):
        raise FileNotFoundError(name)

    with monkeypatch.context() as patched:
        patched.setattr(fake_storage, "_open", missing)
        patched.setattr(fake_storage, "exists", answer)
        tally = prune(**ALL)
    assert (tally.results, tally.gone + tally.failed) == (0, 1)
    assert (fresh(run).result_name == "") == (tally.gone == 1)
    assert fake_storage.files[run.result_name] == b"retouched by hand"
    prune(**ALL)
    assert fake_storage.files[run.result_name] == b"retouched by hand"
