"""One image is paid for once, whichever entry of IMAGES it is ordered through."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import NothingToIsolate, create_batch, plan
from django_product_isolation.workflow.backfill import Backfill
from tests.photos import photo_file
from tests.shops.assortment.models import Item, Mirror, Shot, StoredHere, StudioShot, WebShot
from tests.shops.assortment.stock import bytes_of, make_item, name_images

pytestmark = pytest.mark.django_db

IMAGE = {"field": "image"}
BOTH = [{"field": "photo"}, {"field": "back"}]


def reasons(images, **options):
    with pytest.raises(NothingToIsolate) as caught:
        isolate(images, **options)
    return [skipped.reason for skipped in caught.value.skipped]


@pytest.fixture
def studio_shot(settings):
    name_images(settings, Shot=IMAGE, StudioShot=IMAGE, WebShot=IMAGE)
    return StudioShot.objects.create(image=photo_file())


@pytest.mark.parametrize("first", [Shot, StudioShot, WebShot])
@pytest.mark.parametrize("second", [Shot, StudioShot, WebShot])
def test_an_image_being_isolated_is_not_begun_through_another_model(studio_shot, first, second):
    run = isolate(first._base_manager.filter(pk=studio_shot.pk)).runs.get()
    assert run.active_key == f"assortment.shot.image:{studio_shot.pk}"
    assert reasons(second._base_manager.all()) == [Reason.ALREADY_OPEN]
    assert Backfill(second._base_manager.all()).most == 0


def test_a_race_through_two_models_begins_one_run(studio_shot):
    planned = plan(WebShot.objects.all())
    isolate(Shot.objects.all())
    with pytest.raises(NothingToIsolate):
        create_batch(planned)
    assert IsolationRun.objects.count() == 1


def test_an_open_run_from_before_keys_were_of_columns_is_seen(studio_shot):
    run = isolate(studio_shot).runs.get()
    IsolationRun.objects.filter(pk=run.pk).update(
        active_key=f"assortment.studioshot.image:{studio_shot.pk}"
    )
    assert reasons(Shot.objects.all()) == [Reason.ALREADY_OPEN]


def test_what_was_isolated_through_one_model_is_restored_through_another(runflow, settings, go_on):
    name_images(settings, Shot=IMAGE, WebShot=IMAGE)
    shot = StudioShot.objects.create(image=photo_file())
    before = bytes_of(shot.image)
    run = go_on(isolate(WebShot.objects.all()).runs.get())
    assert run.status == Status.APPLIED
    assert Shot._base_manager.get().image.name == run.result_name
    [begun] = restore(StudioShot.objects.all()).begun
    assert go_on(begun).status == Status.RESTORED
    assert bytes_of(Shot._base_manager.get().image) == before


def test_two_models_of_one_table_have_one_open_run(settings):
    name_images(settings, StoredHere=IMAGE, Mirror={"field": "picture"})
    StoredHere.objects.create(image=photo_file())
    isolate(Mirror.objects.all())
    assert reasons(StoredHere.objects.all()) == [Reason.ALREADY_OPEN]


def test_images_of_one_row_are_isolated_and_restored_each_by_itself(runflow, settings, go_on):
    name_images(settings, Item=BOTH)
    item = make_item()
    front, back = bytes_of(item.photo), bytes_of(item.back)
    runs = [isolate(item, field=name).runs.get() for name in ("photo", "back")]
    assert [run.label for run in runs] == ["Kettle (100% front)", "Kettle (back)"]
    assert {run.prompt for run in runs} == {"Kettle"}
    assert reasons(item, field="photo") == [Reason.ALREADY_OPEN]
    assert [go_on(run).status for run in runs] == [Status.APPLIED] * 2
    shown = Item.objects.get()
    assert (shown.photo.name, shown.back.name) == tuple(go_on(run).result_name for run in runs)
    assert (shown.width, shown.height) != (item.width, item.height)
    [begun] = restore(item, field="back").begun
    assert (begun, go_on(begun).status) == (runs[1], Status.RESTORED)
    shown = Item.objects.get()
    assert bytes_of(shown.back) == back
    assert shown.photo.name == go_on(runs[0]).result_name
    [begun] = restore(item, field="photo").begun
    assert (begun, go_on(begun).status) == (runs[0], Status.RESTORED)
    assert bytes_of(Item.objects.get().photo) == front


def test_nobody_guesses_which_of_several_images_is_meant(settings):
    name_images(settings, Item=BOTH)
    item = make_item()
    for call in (isolate, restore, lambda image: Backfill(Item.objects.all())):
        with pytest.raises(ImproperlyConfigured, match="say which of photo, back"):
            call(item)
    assert not IsolationRun.objects.exists()


def test_a_run_of_an_image_that_is_named_no_longer_waits_and_takes_no_other(
    runflow, settings, step
):
    name_images(settings, Item=BOTH)
    item = make_item()
    run = isolate(item, field="back").runs.get()
    name_images(settings, Item={"field": "photo"})
    assert step(run).status == Status.QUEUED
    name_images(settings, Item=BOTH)
    assert step(run).status == Status.PROCESSING
    shown = Item.objects.get()
    assert (shown.photo.name, shown.back.name) == (item.photo.name, item.back.name)
