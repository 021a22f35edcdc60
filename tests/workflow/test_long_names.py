"""Names and keys longer than our columns: nothing of an order is lost, nothing is cut unseen."""

import pytest

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.host import NameTooLong, target_for
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import NothingToIsolate, plan
from tests.photos import photo_file
from tests.shops.assortment.models import Item, Pallet
from tests.shops.assortment.stock import make_item, name_images

pytestmark = pytest.mark.django_db


def test_a_product_with_a_long_name_goes_all_the_way(runflow, settings, go_on):
    name_images(settings, Item={"field": "photo"})
    name = "Kettle " + "ü" * 233
    make_item(name)
    run = go_on(isolate(Item.objects.all()).runs.get())
    assert run.status == Status.APPLIED
    assert (len(run.label), run.label[-1]) == (200, "\N{HORIZONTAL ELLIPSIS}")
    assert run.prompt == name
    name_images(settings, Item=[{"field": "photo"}, {"field": "back"}])
    run = isolate(Item.objects.all(), field="back").runs.get()
    assert (len(run.label), run.label[192:]) == (200, "\N{HORIZONTAL ELLIPSIS} (back)")


def test_what_our_columns_cannot_hold_is_left_out_and_the_rest_is_begun(settings):
    name_images(settings, Pallet={"field": "image"})
    keys = {"long": "k" * 256, "fits": "k" * 255, "upper": "K" * 255}
    for key in keys.values():
        Pallet.objects.create(code=key, image=photo_file())
    file = Pallet(code="file", image="pallets/" + "f" * 500 + ".jpg")
    longest = Pallet(code="longest", image="pallets/" + "f" * 488 + ".jpg")
    Pallet.objects.bulk_create([file, longest])
    batch = isolate(Pallet.objects.all())
    begun = set(batch.runs.values_list("object_pk", flat=True))
    assert begun == {keys["fits"], keys["upper"], "longest"}
    assert batch.runs.get(object_pk="longest").source_name == longest.image.name
    left = {s.picture.pk: s.reason for s in plan(Pallet.objects.all()).skipped}
    assert left[keys["long"]] == left["file"] == Reason.NOT_RECORDABLE
    with pytest.raises(NothingToIsolate, match="not-recordable"):
        isolate(file)


def test_a_result_s_name_is_kept_within_our_column_too(settings, monkeypatch):
    name_images(settings, Pallet={"field": "image"})
    pallet = Pallet.objects.create(code="A", image=photo_file())
    target = target_for(Pallet)
    monkeypatch.setattr(target.field, "upload_to", "p" * 490)
    with pytest.raises(NameTooLong):
        target.path_for(pallet.pk, "isolated.webp")
