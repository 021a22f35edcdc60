"""The world changes between the page and the click: nothing is begun but what the button said."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from django_product_isolation import isolate, plan
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset
from django_product_isolation.workflow import NothingToIsolate, Quote, create_batch
from tests.photos import make_image, photo_file
from tests.shop import (
    EVERYTHING,
    SPENDING,
    choose,
    image_of,
    make_run,
    make_staff,
    press,
    quote_on,
    store_result,
)
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db

NOTHING_ORDERED = "Nothing was ordered. Please check the new total."


@pytest.fixture
def staff(client):
    user = make_staff(*EVERYTHING, SPENDING)
    client.force_login(user)
    return user


@dataclass
class World:
    """Cup and Pot can be isolated; Jug is being isolated; Bowl has no image; Urn is locked."""

    images: dict[str, ProductImage]
    option: Any
    monkeypatch: Any

    def __getattr__(self, name: str) -> ProductImage:
        return ProductImage.objects.get(pk=self.images[name].pk)


@pytest.fixture
def world(staff, some_are_locked, option, monkeypatch):
    images = {name: make_image(name.title()) for name in ("cup", "pot", "jug", "urn")}
    images["bowl"] = ProductImage.objects.create(product=Product.objects.create(name="Bowl"))
    make_run(Status.PROCESSING, image=images["jug"])
    ProductImage.objects.filter(pk=images["urn"].pk).update(caption="locked")
    return World(images, option, monkeypatch)


def end(image, status=Status.FAILED):
    """Whatever is open about an image ends."""
    run = IsolationRun.objects.get(object_pk=image.pk, active_key__isnull=False)
    IsolationRun.objects.filter(pk=run.pk).update(status=status, active_key=None, due_at=None)


def upload(image):
    image.original = photo_file("newer.jpg", colour="navy")
    image.save()


def run_through(image):
    """A colleague's order, carried out."""
    end_of = isolate(image).runs.get()
    result = store_result(image)
    IsolationRun.objects.filter(pk=end_of.pk).update(
        status=Status.APPLIED, active_key=None, due_at=None, **result
    )
    ProductImage.objects.filter(pk=image.pk).update(original=result["result_name"])


def hide(world, image):
    model_admin = admin.site.get_model_admin(ProductImage)
    shown = ProductImage.objects.exclude(pk=image.pk)
    world.monkeypatch.setattr(model_admin, "get_queryset", lambda request: shown)


def unlock_all(world):
    ProductImage.objects.update(caption="")


MORE = "1 image can be isolated now that could not before."
FEWER = "1 image that was shown cannot be isolated any more."
ORDERED = "1 image was isolated or reviewed in the meantime. Isolating it again costs again."
CHANGES = {
    "a run ends without a result": (lambda w: end(w.jug), [MORE]),
    "a run is rejected": (lambda w: end(w.jug, Status.REJECTED), [MORE]),
    "an image gets its first file": (lambda w: upload(w.bowl), [MORE]),
    "the person may change one more": (unlock_all, [MORE]),
    "a colleague begins one": (lambda w: isolate(w.cup), [FEWER]),
    "one is deleted": (lambda w: w.cup.delete(), [FEWER]),
    "one loses its file": (
        lambda w: ProductImage.objects.filter(pk=w.cup.pk).update(original=""),
        [FEWER],
    ),
    "the person may not change one any more": (
        lambda w: ProductImage.objects.filter(pk=w.cup.pk).update(caption="locked"),
        [FEWER],
    ),
    "the person is not shown one any more": (lambda w: hide(w, w.cup), [FEWER]),
    "one is uploaded anew": (lambda w: upload(w.cup), ["1 image was replaced by a new upload."]),
    "a colleague's order was carried out": (lambda w: run_through(w.cup), [ORDERED]),
    "a colleague's order failed": (lambda w: (isolate(w.cup), end(w.cup)), [ORDERED]),
    "a product gets another name": (
        lambda w: Product.objects.filter(name="Cup").update(name="Bicycle"),
        ["The product of 1 image was renamed. The wording may have its name."],
    ),
    "the price rises": (lambda w: w.option(PRICE="0.28"), ["The price has changed."]),
    "the price falls": (lambda w: w.option(PRICE="0.26"), ["The price has changed."]),
    "several things at once": (
        lambda w: (end(w.jug), isolate(w.cup), upload(w.pot), w.option(PRICE="1")),
        [
            "The price has changed.",
            MORE,
            FEWER,
            "1 image was replaced by a new upload.",
        ],
    ),
}


@pytest.mark.parametrize(("change", "sentences"), CHANGES.values(), ids=CHANGES)
def test_where_the_button_no_longer_holds_nothing_is_ordered_and_the_page_says_why(
    client, world, change, sentences
):
    address = choose(client, world.images.values())
    page = client.get(address)
    assert 'value="Isolate 2 images for $0.54"' in page.content.decode()
    change(world)
    begun = IsolationRun.objects.count()
    again = press(client, address, prompt="a {product}", quote=quote_on(page))
    assert again.status_code == 200
    assert again.context["problems"] == [*sentences, NOTHING_ORDERED]
    assert IsolationRun.objects.count() == begun
    # The page is drawn as it is now, nothing typed is lost, and its new button holds.
    assert again.context["form"]["prompt"].value() == "a {product}"
    now = Quote.read(quote_on(again))
    assert press(client, address, quote=quote_on(again)).status_code == 302
    batch = IsolationBatch.objects.latest("created_at")
    assert batch.runs.count() == now.count
    assert batch.unit_price * batch.runs.count() == now.total


HOLDS = {
    "nothing": lambda w: None,
    "another image of the shop is uploaded": lambda w: make_image("Vase"),
    "a colleague begins one that was not chosen": lambda w: isolate(make_image("Vase")),
    "the budget is raised": lambda w: w.option(DAILY_BUDGET="100"),
    "more go into one order": lambda w: w.option(MAX_BATCH=400),
    "the shop wants other sizes": lambda w: w.option(RESOLUTION="4K", PROMPT="all of it"),
    "a colleague makes a default preset": lambda w: Preset.objects.create(
        name="Big", prompt="no", aspect_ratio="3:2", resolution="4K", review=True
    ),
}


@pytest.mark.parametrize("change", HOLDS.values(), ids=HOLDS)
def test_what_does_not_concern_the_button_does_not_stop_it(client, world, change):
    address = choose(client, world.images.values())
    quote = quote_on(client.get(address))
    change(world)
    assert press(client, address, quote=quote).status_code == 302
    batch = IsolationBatch.objects.latest("created_at")
    assert sorted(batch.runs.values_list("object_pk", flat=True)) == sorted(
        str(world.images[name].pk) for name in ("cup", "pot")
    )
    assert (batch.resolution, batch.aspect_ratio) == ("1K", "4:5")  # as the form said


def test_another_name_that_is_part_of_no_wording_does_not_stop_the_button(client, world):
    address = choose(client, world.images.values())
    quote = quote_on(client.get(address))
    Product.objects.update(name="Pitcher")
    assert press(client, address, prompt="the vessel", quote=quote).status_code == 302


def test_a_limit_that_was_lowered_orders_nothing(client, world):
    address = choose(client, world.images.values())
    quote = quote_on(client.get(address))
    world.option(MAX_BATCH=1)
    page = press(client, address, quote=quote).content.decode()
    assert "You selected 2 images, but one order takes at most 1." in page
    assert IsolationBatch.objects.count() == 1


def test_a_budget_that_was_lowered_orders_nothing(client, world):
    address = choose(client, world.images.values())
    quote = quote_on(client.get(address))
    world.option(DAILY_BUDGET="0.50")
    page = press(client, address, quote=quote).content.decode()
    assert "This costs $0.54, but only" in page
    assert IsolationBatch.objects.count() == 1


def test_who_lost_the_permission_orders_nothing(client, world, staff):
    address = choose(client, world.images.values())
    quote = quote_on(client.get(address))
    staff.user_permissions.clear()
    assert press(client, address, quote=quote).status_code == 403
    assert IsolationBatch.objects.count() == 1


def test_nine_that_end_meanwhile_are_not_ordered_with_the_one(client, staff):
    free, *nine = (make_image(f"Cup {n}") for n in range(10))
    runs = [make_run(Status.PROCESSING, image=image) for image in nine]
    address = choose(client, [free, *nine])
    page = client.get(address)
    assert 'value="Isolate 1 image for $0.27"' in page.content.decode()
    IsolationRun.objects.update(status=Status.CANCELLED, active_key=None)
    again = press(client, address, prompt="Cup 0", quote=quote_on(page))
    assert "9 images can be isolated now that could not before." in again.content.decode()
    assert IsolationRun.objects.count() == len(runs)
    # What was worded for the one is not sent for all ten.
    assert again.context["form"]["prompt"].value() == "{product}"


def test_what_was_typed_for_one_image_is_kept_where_it_is_none_of_ours(client, staff):
    image = make_image("Cup")
    address = choose(client, [image])
    quote = quote_on(client.get(address))
    upload(image)
    again = press(client, address, prompt="the blue cup", quote=quote)
    assert again.context["form"]["prompt"].value() == "the blue cup"


@pytest.mark.parametrize("how", ["applied", "failed"])
def test_a_second_tab_does_not_order_the_same_three_again_unsaid(client, staff, how):
    images = [make_image(name) for name in ("Cup", "Pot", "Jug")]
    first, second = choose(client, images), choose(client, images)
    quotes = [quote_on(client.get(address)) for address in (first, second)]
    assert press(client, first, quote=quotes[0]).status_code == 302
    for image in images:
        end(image)
        if how == "applied":
            upload(image)
    page = press(client, second, quote=quotes[1]).content.decode()
    assert "3 images were isolated or reviewed in the meantime" in page
    assert "costs again" in page
    assert IsolationRun.objects.count() == 3


def test_the_back_button_leads_to_what_was_ordered(client, staff):
    address = choose(client, [make_image("Cup")])
    quote = quote_on(client.get(address))
    batch = press(client, address, quote=quote)["Location"]
    end(ProductImage.objects.get())
    assert press(client, address, quote=quote)["Location"] == batch
    assert IsolationRun.objects.count() == 1


@pytest.mark.parametrize("status", [Status.REJECTED, Status.FAILED])
def test_a_result_that_somebody_decided_about_is_not_redone_unsaid(client, staff, status):
    run = make_run(Status.READY, name="Cup")
    redo = {"decide": f"redo:{run.pk}"}
    page_of_batch = reverse("product_isolation:progress", args=[run.batch_id])
    address = client.post(page_of_batch, redo)["Location"]
    quote = quote_on(client.get(address))
    end(image_of(run), status)
    assert ORDERED in press(client, address, quote=quote).content.decode()
    assert IsolationRun.objects.count() == 1


def test_what_a_colleague_ordered_between_plan_and_order_is_left_out_though_it_ended():
    cup, pot = make_image("Cup"), make_image("Pot")
    chosen = plan(ProductImage.objects.order_by("pk"))
    isolate(cup)
    end(cup)
    batch = create_batch(chosen)
    assert [run.object_pk for run in batch.runs.all()] == [str(pot.pk)]
    assert [s.picture.pk for s in batch.skipped] == [str(cup.pk)]
    isolate(cup)
    end(cup)
    chosen = plan(cup)
    isolate(cup)
    end(cup)
    with pytest.raises(NothingToIsolate):
        create_batch(chosen)
    assert IsolationBatch.objects.count() == 4
