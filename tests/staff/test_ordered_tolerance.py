"""An order fixes which findings hold no result back, as its page said it at the click."""

import json

import pytest

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, Preset
from tests.photos import make_image
from tests.shop import choose, confirm, make_batch, make_run, press

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("staff")]


@pytest.fixture
def lax():
    """The default preset, which has nothing of the like wait."""
    return Preset.objects.create(
        name="Lax", default_model="catalogue.productimage", tolerated_findings=["soft", "cut_off"]
    )


def ordered():
    return IsolationBatch.objects.latest("created_at").tolerated_findings


def click(client, address, **changes):
    """Press the button of a page as it is now: with all that it posts."""
    page = client.get(address, follow=True).context
    form = page["form"]
    said = {name: form[name].value() or "" for name in ("preset", "filled_from")}
    said["tolerated_findings"] = form["tolerated_findings"].value()
    return client.post(address, confirm(**{"quote": str(page["quote"]), **said, **changes}))


def test_the_page_says_which_findings_hold_nothing_back_and_the_order_has_them(client, lax, option):
    option(REVIEW="doubtful")
    address = choose(client, [make_image()])
    assert "These findings hold no result back" in client.get(address).content.decode()
    click(client, address)
    assert ordered() == ["cut_off", "soft"]


def test_without_a_preset_everything_that_is_found_waits_though_there_is_a_default(client, lax):
    address = choose(client, [make_image()])
    refilled = client.post(address, confirm(fill_in="yes", preset="", filled_from=str(lax.pk)))
    assert json.loads(refilled.context["form"]["tolerated_findings"].value()) == []
    press(client, address, preset="", tolerated_findings="[]")
    assert ordered() == []


def test_a_page_that_posts_no_tolerance_has_everything_wait(client, lax):
    press(client, choose(client, [make_image()]), preset="")
    assert ordered() == []


@pytest.mark.parametrize("nonsense", ['"soft"', "[1]", "{", '{"soft": true}'])
def test_a_tolerance_that_is_no_list_orders_nothing(client, nonsense):
    press(client, choose(client, [make_image()]), tolerated_findings=nonsense)
    assert not IsolationBatch.objects.exists()


def test_a_preset_that_is_edited_between_page_and_click_changes_nothing_of_the_order(client):
    strict = Preset.objects.create(name="Strict", default_model="catalogue.productimage")
    address = choose(client, [make_image()])
    quote = str(client.get(address).context["quote"])
    Preset.objects.update(tolerated_findings=["soft"])
    pk = str(strict.pk)
    click(client, address, quote=quote, preset=pk, filled_from=pk, tolerated_findings="[]")
    assert ordered() == []


def test_redo_brings_along_what_its_order_had_wait(client, lax):
    run = make_run(Status.READY, batch=make_batch(tolerated_findings=["soft"]))
    page = f"/product-isolation/batches/{run.batch_id}/"
    address = client.post(page, {"decide": f"redo:{run.pk}"}).url
    click(client, address)
    assert IsolationBatch.objects.exclude(pk=run.batch_id).get().tolerated_findings == ["soft"]


def test_a_preset_that_is_made_later_has_no_say_in_what_was_ordered(client):
    batch = isolate(make_image())
    Preset.objects.create(
        name="New", default_model="catalogue.productimage", tolerated_findings=["soft"]
    )
    batch.refresh_from_db()
    assert batch.tolerated_findings == []


def test_code_that_says_nothing_gets_the_tolerance_of_the_default_preset_at_that_moment(lax):
    assert isolate(make_image()).tolerated_findings == ["cut_off", "soft"]
    assert isolate(make_image(), tolerated_findings=[]).tolerated_findings == []


def test_images_of_several_categories_tolerate_what_the_default_of_each_does(lax, option):
    named = {"field": "original", "product": "product", "category": "product__name"}
    option(IMAGES={"catalogue.ProductImage": named})
    Preset.objects.create(
        name="Strict mugs",
        default_model="catalogue.productimage",
        default_category="Mugs",
        tolerated_findings=["soft"],
    )
    mug, bowl = make_image(), make_image()
    type(mug.product).objects.filter(pk=mug.product_id).update(name="Mugs")
    both = type(mug).objects.filter(pk__in=[mug.pk, bowl.pk])
    assert isolate(both).tolerated_findings == ["soft"]
