"""Who swapped an image and why stands in its history: once for each swap and each restore."""

import pytest
from django.db import OperationalError, transaction
from reversion.models import Version
from simple_history.signals import post_create_historical_record, pre_create_historical_record

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import advance, recording
from tests.contrib.histories.models import Photo, Sketch, StudioPhoto, Tag
from tests.moments import overdue
from tests.photos import photo_file
from tests.shop import make_staff

pytestmark = pytest.mark.django_db

APPLIED = "Isolated product: the clean image replaced the original."
RESTORED = "Restored the original image."


@pytest.fixture
def bea():
    return make_staff(name="bea")


@pytest.fixture
def photo(runflow):
    photo = Photo.objects.create(title="Mug", file=photo_file(size=(300, 200)))
    photo.tags.add(Tag.objects.create(name="blue"))
    Photo.history.all().delete()
    return photo


def swaps_of(photo):
    """What simple-history tells of a photo, the oldest first."""
    rows = type(photo).history.filter(id=photo.pk).order_by("history_id")
    return [(row.file, row.history_user, row.history_change_reason) for row in rows]


def revisions_of(photo):
    """What reversion tells of a photo, the oldest first."""
    versions = Version.objects.get_for_object(photo).order_by("pk")
    return [
        (one.field_dict["file"], one.revision.user, one.revision.get_comment()) for one in versions
    ]


@pytest.mark.parametrize("told", [swaps_of, revisions_of])
def test_a_swap_and_a_restore_stand_there_once_each(told, photo, bea, go_on):
    run = go_on(isolate(photo, user=bea).runs.get())
    assert told(photo) == [(run.result_name, bea, APPLIED)]
    other = make_staff(name="cem")
    run = go_on(*restore(photo, user=other).begun)
    assert run.status == Status.RESTORED
    assert told(photo) == [
        (run.result_name, bea, APPLIED),
        (run.source_name, other, RESTORED),
    ]


@pytest.mark.parametrize("told", [swaps_of, revisions_of])
def test_what_nobody_clicked_is_told_without_a_name(told, photo, go_on):
    run = go_on(isolate(photo).runs.get())
    assert told(photo) == [(run.result_name, None, APPLIED)]


@pytest.mark.parametrize("told", [swaps_of, revisions_of])
def test_a_swap_that_is_lost_before_its_commit_and_made_again_stands_there_once(
    told, photo, go_on, step, monkeypatch
):
    write, lost = recording.log_change, []

    def write_and_lose(*args):
        write(*args)
        if not lost:
            lost.append(told(photo))
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(recording, "log_change", write_and_lose)
    run = go_on(isolate(photo).runs.get(), Status.READY)
    step(run)
    IsolationRun.objects.update(lease_owner=None, lease_until=None)  # its worker is gone
    assert go_on(run).status == Status.APPLIED
    assert [len(rows) for rows in (*lost, told(photo))] == [1, 1]


@pytest.mark.parametrize("told", [swaps_of, revisions_of])
def test_a_step_after_the_swap_that_is_taken_again_makes_no_second_row(
    told, photo, go_on, step, monkeypatch
):
    run = go_on(isolate(photo).runs.get(), Status.APPLIED)
    with monkeypatch.context() as patched:
        patched.setattr(IsolationRun, "finish", lambda run: 1 / 0)
        assert step(run).due_at is not None
    assert go_on(run).due_at is None
    assert len(told(photo)) == 1


@pytest.mark.parametrize("told", [swaps_of, revisions_of])
def test_a_swap_that_is_taken_back_leaves_no_row(told, photo, go_on, monkeypatch):
    run = go_on(isolate(photo).runs.get(), Status.READY)
    monkeypatch.setattr(IsolationRun, "move_to", lambda *args, **kwargs: False)
    IsolationRun.objects.filter(pk=run.pk).update(due_at=overdue())
    with transaction.atomic():
        advance(run.pk)
    assert Photo.objects.get(pk=photo.pk).file.name == run.source_name
    assert told(photo) == []


def test_the_row_says_all_that_the_image_is(photo, go_on):
    go_on(isolate(photo).runs.get())
    row, now = photo.history.get(), Photo.objects.get(pk=photo.pk)
    assert (row.title, row.width, row.height) == ("Mug", now.width, now.height)
    assert (row.width, row.height) != (300, 200)
    assert [tag.tag.name for tag in row.tags.all()] == ["blue"]
    [version] = Version.objects.get_for_object(photo)
    assert version.field_dict["width"] == now.width
    assert version.field_dict["tags"] == [tag.pk for tag in now.tags.all()]


def test_receivers_of_the_history_hear_of_it(photo, go_on):
    heard = []

    def hear(history_change_reason, **kwargs):
        heard.append(history_change_reason)

    post_create_historical_record.connect(hear)
    go_on(isolate(photo).runs.get())
    post_create_historical_record.disconnect(hear)
    assert heard == [APPLIED]


def test_a_history_that_is_switched_off_gets_nothing(photo, go_on, settings):
    settings.SIMPLE_HISTORY_ENABLED = False
    go_on(isolate(photo).runs.get())
    assert not photo.history.exists()


def test_a_longer_sentence_than_the_history_takes_is_cut(photo, go_on, monkeypatch):
    reason = Photo.history.model._meta.get_field("history_change_reason")
    monkeypatch.setattr(reason, "max_length", 8)
    go_on(isolate(photo).runs.get())
    assert photo.history.get().history_change_reason == "Isolated"


@pytest.mark.parametrize("ordered", [Photo, StudioPhoto])
def test_parent_and_child_tell_of_it_whichever_was_ordered(ordered, runflow, go_on):
    made = StudioPhoto.objects.create(title="Pot", file=photo_file(), studio="North")
    Photo.history.all().delete()
    StudioPhoto.studio_history.all().delete()
    run = go_on(isolate(ordered.objects.get(pk=made.pk)).runs.get())
    assert [row.file for row in Photo.history.all()] == [run.result_name]
    states = StudioPhoto.studio_history.all()
    assert [(row.file, row.studio) for row in states] == [(run.result_name, "North")]
    kept = {version.content_type.model for version in Version.objects.all()}
    assert kept == {"photo", "studiophoto"}


def test_an_image_that_nobody_keeps_is_swapped_all_the_same(runflow, go_on):
    sketch = Sketch.objects.create(file=photo_file())
    assert go_on(isolate(sketch).runs.get()).status == Status.APPLIED
    assert not Version.objects.exists()


def test_a_history_that_fails_stands_in_no_swaps_way(photo, go_on, monkeypatch, caplog):
    def fail(**kwargs):
        raise LookupError("the archive is down")

    post_create_historical_record.connect(fail)
    run = go_on(isolate(photo).runs.get())
    post_create_historical_record.disconnect(fail)
    assert run.status == Status.APPLIED
    assert "not_in_history" in caplog.text
    assert swaps_of(photo) == []
    assert len(revisions_of(photo)) == 1


def test_a_column_of_the_history_that_takes_no_such_row_neither(photo, go_on):
    def spoil(history_instance, **kwargs):
        history_instance.title = None

    pre_create_historical_record.connect(spoil)
    run = go_on(isolate(photo).runs.get())
    pre_create_historical_record.disconnect(spoil)
    assert run.status == Status.APPLIED
    assert run.events.filter(detail="A history failed: IntegrityError").count() == 1
