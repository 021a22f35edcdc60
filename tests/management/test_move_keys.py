"""``move_isolations --key``: the runs of an image follow it to another primary key."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from django_product_isolation import restore
from django_product_isolation.choices import Status
from django_product_isolation.host import target_for
from django_product_isolation.models import IsolationRun
from tests.photos import make_image
from tests.renamed import NEW
from tests.shop import make_run
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


def move(*arguments, **options) -> str:
    out = StringIO()
    call_command("move_isolations", NEW, "--key", *arguments, stdout=out, **options)
    return out.getvalue().strip()


def rekey(run, key=77):
    """Give the row of a run another key, as a shop does whose key is its article number."""
    ProductImage.objects.filter(pk=run.object_pk).update(id=key)
    return run.object_pk, str(key)


def test_an_image_with_another_key_has_its_original_again():
    run = make_run(Status.APPLIED)
    old, new = rekey(run)
    assert restore(ProductImage.objects.all()).begun == []
    assert move(old, new) == f"Moved 1 runs of 1 batches from key {old} to {new}."
    assert [begun.pk for begun in restore(ProductImage.objects.all()).begun] == [run.pk]


def test_an_open_run_holds_the_new_key():
    run = make_run(Status.READY)
    old, new = rekey(run)
    move(old, new)
    run.refresh_from_db()
    assert (run.object_pk, run.active_key) == (new, target_for(ProductImage).active_key(new))


def test_a_dry_run_changes_no_key():
    run = make_run(Status.READY)
    old, new = rekey(run)
    assert move(old, new, "--dry-run").startswith("Would move 1 runs")
    run.refresh_from_db()
    assert run.object_pk == old


def test_an_image_that_is_still_there_keeps_its_runs():
    run, other = make_run(Status.APPLIED), make_image("Other")
    with pytest.raises(CommandError, match="There still is"):
        move(run.object_pk, str(other.pk))


def test_no_run_goes_to_an_image_that_is_not_there():
    run = make_run(Status.APPLIED)
    old, _new = rekey(run)
    for key in ("78", "no number"):
        with pytest.raises(CommandError):
            move(old, key)


def test_two_open_runs_stand_in_the_way():
    run = make_run(Status.READY)
    old, new = rekey(run)
    make_run(Status.QUEUED, image=ProductImage.objects.get(pk=new))
    with pytest.raises(CommandError, match="both open"):
        move(old, new)
    run.refresh_from_db()
    assert run.object_pk == old


def test_what_a_worker_is_at_is_left():
    run = make_run(Status.READY)
    old, new = rekey(run)
    soon = timezone.now() + timedelta(minutes=1)
    IsolationRun.objects.update(lease_owner=uuid4(), lease_until=soon)
    with pytest.raises(CommandError, match="were left"):
        move(old, new)
    run.refresh_from_db()
    assert run.object_pk == old


def test_a_worker_that_comes_to_after_its_lease_ran_out_can_write_nothing():
    run = make_run(Status.READY)
    old, new = rekey(run)
    run.lease_owner = uuid4()
    past = timezone.now() - timedelta(minutes=1)
    IsolationRun.objects.update(lease_owner=run.lease_owner, lease_until=past)
    move(old, new)
    assert not run.move_to(Status.SUPERSEDED)


def test_neither_a_new_name_nor_a_key_is_no_order():
    with pytest.raises(CommandError, match="Name what"):
        call_command("move_isolations", NEW)


def test_a_key_of_another_kind_than_the_column_holds_by_now_is_gone():
    run = make_run(Status.APPLIED)
    new = run.object_pk
    IsolationRun.objects.update(object_pk="A-1")
    move("A-1", new)
    run.refresh_from_db()
    assert run.object_pk == new
