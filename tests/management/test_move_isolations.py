"""``move_isolations``: runs follow an image field, a model or a key to its new name."""

import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from django_product_isolation import NothingToIsolate, isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.host import target_for
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset, Selection
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import advance
from tests.docs.pages import example
from tests.moments import overdue
from tests.photos import make_image
from tests.renamed import NEW, OLD, make_old_run
from tests.shop import make_run
from tests.shops.catalogue.models import ProductImage, Shot

pytestmark = pytest.mark.django_db


def move(*arguments, **options) -> str:
    out = StringIO()
    call_command("move_isolations", *arguments, stdout=out, **options)
    return out.getvalue().strip()


def names_of(run):
    run.refresh_from_db()
    batch = IsolationBatch.objects.get(pk=run.batch_id)
    return batch.model_label, batch.field_name, run.image_column


def new_names():
    target = target_for(ProductImage)
    return "catalogue.productimage", "original", target.column_number


def lease(run, until):
    owner = uuid.uuid4()
    IsolationRun.objects.filter(pk=run.pk).update(lease_owner=owner, lease_until=until)
    return owner


def test_a_shown_result_can_be_restored_again():
    run = make_old_run(Status.APPLIED)
    assert restore(ProductImage.objects.all()).begun == []
    assert move(OLD, NEW) == f"Moved 1 runs of 1 batches from {OLD} to {NEW}."
    assert names_of(run) == new_names()
    assert [begun.pk for begun in restore(ProductImage.objects.all()).begun] == [run.pk]


def test_an_open_run_goes_on_and_keeps_its_image_from_a_second_one():
    run = make_old_run(Status.READY, due_at=overdue(), review=False)
    advance(run.pk)
    run.refresh_from_db()
    assert (run.status, run.reason) == (Status.READY, Reason.FIELD_UNKNOWN)
    move(OLD, NEW)
    run.refresh_from_db()
    assert run.active_key == target_for(ProductImage).active_key(run.object_pk)
    with pytest.raises(NothingToIsolate):
        isolate(ProductImage.objects.all())
    advance(run.pk)
    run.refresh_from_db()
    assert run.status == Status.APPLIED
    assert ProductImage.objects.get().original.name == run.result_name


def test_a_run_that_was_held_for_its_field_goes_on_by_itself():
    held = {"reason": Reason.FIELD_UNKNOWN, "held_from": Status.READY}
    run = make_old_run(Status.HELD, **held)
    move(OLD, NEW)
    advance(run.pk)
    run.refresh_from_db()
    assert run.status == Status.READY


def test_a_dry_run_says_how_many_and_changes_nothing():
    run = make_old_run(Status.READY)
    before = names_of(run)
    assert move(OLD, NEW, dry_run=True).startswith("Would move 1 runs of 1 batches")
    assert names_of(run) == before


def test_it_can_be_repeated():
    make_old_run(Status.READY)
    move(OLD, NEW)
    assert move(OLD, NEW).startswith("Moved 0 runs of 0 batches")


def test_a_field_that_is_still_named_keeps_its_runs():
    run = make_run(Status.READY)
    with pytest.raises(CommandError, match="still named"):
        move(NEW, "catalogue.Poster.given")
    assert names_of(run) == new_names()


@pytest.mark.parametrize("new", ["catalogue.Nothing.picture", "catalogue.ProductImage.nothing"])
def test_nothing_is_moved_to_a_field_that_is_not_named(new):
    make_old_run(Status.READY)
    with pytest.raises(CommandError, match="Adapt IMAGES"):
        move(OLD, new)


def test_a_migration_of_long_ago_passes_in_a_new_shop():
    """The names that it gives may both be others by now."""
    assert move(OLD, "catalogue.AlsoGone.picture").startswith("Moved 0 runs")
    assert move(NEW, "catalogue.AlsoGone.picture").startswith("Moved 0 runs")


@pytest.mark.parametrize("name", ["ProductImage.original", "a.b.c.d", "catalogue..original"])
def test_a_field_is_named_with_its_app_and_model(name):
    with pytest.raises(CommandError, match="is not like"):
        move(name, NEW)


def test_two_open_runs_of_one_image_stand_in_the_way():
    image = make_image()
    old, new = make_old_run(Status.READY, image=image), make_run(Status.QUEUED, image=image)
    before = names_of(old)
    for dry_run in (True, False):
        with pytest.raises(CommandError, match=f"{old.pk} and {new.pk} are both open"):
            move(OLD, NEW, dry_run=dry_run)
    assert names_of(old) == before


def test_what_a_worker_is_at_is_left_with_its_whole_batch():
    run, other = make_old_run(Status.READY), make_old_run(Status.APPLIED)
    owner = lease(run, timezone.now() + timedelta(minutes=1))
    before = names_of(run)
    with pytest.raises(CommandError, match="1 batches, which were left"):
        move(OLD, NEW)
    assert names_of(run) == before
    assert run.lease_owner == owner
    assert names_of(other) == new_names()


def test_a_worker_that_comes_to_after_its_lease_ran_out_can_write_nothing():
    run = make_old_run(Status.READY)
    owner = lease(run, timezone.now() - timedelta(minutes=1))
    run.lease_owner = owner
    move(OLD, NEW)
    assert not run.move_to(Status.SUPERSEDED, reason=Reason.IMAGE_DELETED)
    run.refresh_from_db()
    assert run.status == Status.READY
    assert run.lease_owner not in (None, owner)  # so that its loss is still noticed


def test_selections_and_presets_follow():
    selection = Selection.objects.create(
        model_label="catalogue.oldimage", field_name="picture", site_name="admin", chosen=0
    )
    preset = Preset.objects.create(name="Mugs", default_model="catalogue.oldimage")
    move(OLD, NEW)
    selection.refresh_from_db()
    preset.refresh_from_db()
    assert (selection.model_label, selection.field_name) == new_names()[:2]
    assert preset.default_model == "catalogue.productimage"


def test_a_preset_gives_way_to_the_default_that_the_new_name_has():
    Preset.objects.create(name="Old", default_model="catalogue.oldimage")
    Preset.objects.create(name="New", default_model="catalogue.productimage")
    make_old_run(Status.READY)
    move(OLD, NEW)
    assert Preset.objects.get(name="Old").default_model == "catalogue.oldimage"


def test_a_proxy_keeps_its_name_where_that_leads_to_the_renamed_column():
    """Its batches bear the proxy's name, and its runs the column of the model that was renamed."""
    run = make_old_run(Status.APPLIED)
    labels = {"model_label": "catalogue.productimage", "field_name": "original"}
    IsolationBatch.objects.update(**labels)
    assert move(NEW, NEW).startswith("Moved 1 runs")
    assert names_of(run) == new_names()


def test_runs_that_were_ordered_through_a_proxy_of_the_old_model_come_along():
    run = make_old_run(Status.APPLIED)
    IsolationBatch.objects.update(model_label="catalogue.oldcover")
    assert move(OLD, NEW).startswith("Moved 1 runs")
    assert names_of(run) == new_names()


def test_batches_keep_the_name_of_a_child_that_has_the_column_still(settings):
    images = {"catalogue.Shot": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    run = make_old_run(Status.APPLIED, label="catalogue.oldshot", field="file")
    IsolationBatch.objects.update(model_label="catalogue.studioshot")
    move("catalogue.OldShot.file", "catalogue.Shot.picture")
    assert names_of(run) == (
        "catalogue.studioshot",
        "picture",
        target_for(Shot).column_number,
    )


def test_a_migration_of_the_shop_moves_them():
    run = make_old_run(Status.APPLIED, label="catalogue.picture", field="file")
    kept: dict = {}
    exec(compile(example("follow a rename"), "migration", "exec"), kept)
    [operation] = kept["Migration"].operations
    operation.code(None, None)
    assert names_of(run) == new_names()


def test_many_batches_are_moved_a_few_at_a_time(monkeypatch):
    monkeypatch.setattr("django_product_isolation.workflow.moving.runs.BATCHES_AT_ONCE", 2)
    runs = [make_old_run(Status.READY, name=name) for name in "ABCDE"]
    assert move(OLD, NEW).startswith("Moved 5 runs of 5 batches")
    assert {names_of(run) for run in runs} == {new_names()}
