"""An old state of the history comes back, and names a file that a run knows."""

from datetime import timedelta

import pytest
import reversion
from django.utils import timezone
from reversion.models import Version

from django_product_isolation import isolate, plan, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import prune
from tests.contrib.histories.models import Photo
from tests.photos import photo_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(runflow, go_on):
    """An image that was isolated since its history begins."""
    with reversion.create_revision():
        photo = Photo.objects.create(title="Mug", file=photo_file(size=(300, 200)))
    return go_on(isolate(photo).runs.get())


def by_simple_history(run, name):
    """What its admin does for Revert."""
    Photo.history.filter(file=name).last().instance.save()


def by_reversion(run, name):
    """What its admin does for Revert."""
    versions = Version.objects.get_for_object_reference(Photo, run.object_pk)
    next(one for one in versions if one.field_dict["file"] == name).revision.revert()


def shown(run):
    return Photo.objects.get(pk=run.object_pk)


@pytest.fixture(params=[by_simple_history, by_reversion], ids=lambda revert: revert.__name__)
def revert(request):
    return request.param


def test_the_state_before_the_swap_shows_the_original_again(run, revert):
    revert(run, run.source_name)
    photo = shown(run)
    assert (photo.file.name, photo.width, photo.height) == (run.source_name, 300, 200)
    assert [reason for _name, reason in restore(photo).skipped] == [Reason.NOTHING_TO_RESTORE]
    assert [picture.name for picture in plan(photo).accepted] == [run.source_name]


def test_after_a_restore_the_state_in_between_shows_the_result_again(run, revert, go_on):
    go_on(*restore(shown(run)).begun)
    revert(run, run.result_name)
    photo = shown(run)
    assert photo.file.name == run.result_name
    assert (photo.width, photo.height) != (300, 200)
    assert [reason for _name, reason in restore(photo).skipped] == [Reason.NOTHING_TO_RESTORE]
    revert(run, run.source_name)
    assert shown(run).file.name == run.source_name


def test_a_state_that_comes_back_during_a_run_ends_it_without_a_swap(run, revert, go_on):
    second = isolate(shown(run)).runs.get()
    go_on(second, Status.READY)
    revert(run, run.source_name)
    assert go_on(second).status == Status.SUPERSEDED
    assert shown(run).file.name == run.source_name


def test_what_the_history_shows_is_there_to_come_back_to_after_years(run, revert):
    Photo.objects.filter(pk=run.object_pk).update(file="photos/newer.jpg")
    IsolationRun.objects.update(status_since=timezone.now() - timedelta(days=999))
    tally = prune(results=1, originals=1)
    assert (tally.results, tally.originals) == (0, 0)
    for name in (run.source_name, run.result_name):
        revert(run, name)
        with shown(run).file.open() as file:
            assert file.read(1)


def test_revisions_alone_keep_both_files_too(run):
    Photo.history.all().delete()
    Photo.objects.filter(pk=run.object_pk).update(file="photos/newer.jpg")
    IsolationRun.objects.update(status_since=timezone.now() - timedelta(days=999))
    assert prune(results=1, originals=1).results == 0
    Version.objects.all().delete()
    tally = prune(results=1, originals=1)
    assert (tally.results, tally.originals) == (1, 1)
