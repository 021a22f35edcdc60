"""The confirm page: what it shows, what it orders, and when it orders nothing."""

import html
import math
import re
import shutil
import socket
import uuid
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from django_product_isolation.choices import AspectRatio, Resolution, Status
from django_product_isolation.models import (
    AccountBalance,
    IsolationBatch,
    IsolationRun,
    RunEvent,
    Selection,
)
from django_product_isolation.staff.order_form import Shape, in_pixels
from django_product_isolation.staff.selections import select
from tests.catalogue.models import Product, ProductImage
from tests.photos import make_image
from tests.shop import (
    CHANGE,
    CHANGELIST,
    EVERYTHING,
    ISOLATE,
    REVIEW,
    SPENDING,
    VIEW,
    choose,
    image_of,
    look,
    make_batch,
    make_images_without_files,
    make_run,
    make_staff,
    order,
    press,
    quote_on,
    said,
    status_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = make_staff(*EVERYTHING, SPENDING)
    client.force_login(user)
    return user


def hidden_fields(page: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    tags = re.findall(r'<input type="hidden"[^>]*>', page)
    found = (re.search(r'name="([^"]*)" value="([^"]*)"', tag).groups() for tag in tags)
    return {name: html.unescape(value) for name, value in found}


def make_selection(images, **values) -> str:
    """The confirm page's address of a selection with these values."""
    defaults = {
        "model_label": "catalogue.productimage",
        "site_name": "admin",
        "object_pks": [str(image.pk) for image in images],
        "chosen": len(images),
    }
    selection = Selection.objects.create(**{**defaults, **values})
    return reverse("product_isolation:confirm", args=[selection.pk])


def field_names(page: str) -> list[str]:
    return re.findall(r'name="(prompt-[^"]+)"', page)


# What it shows


def test_the_page_shows_what_will_be_sent_and_what_it_costs(client, staff):
    images = [make_image(name) for name in ("Cup", "Pot", "Jug")]
    response = look(client, images)
    page = response.content.decode()
    assert response.status_code == 200
    assert all(f"<figcaption>{name}</figcaption>" in page for name in ("Cup", "Pot", "Jug"))
    assert "3 images at $0.27 each: <strong>$0.81</strong>" in page
    assert 'value="Isolate 3 images for $0.81"' in page
    assert not IsolationBatch.objects.exists()


def test_the_page_has_an_address_that_a_colleague_may_open_too(client, staff):
    address = choose(client, [make_image("Cup")])
    client.force_login(make_staff(*EVERYTHING, SPENDING, name="bea"))
    assert "<figcaption>Cup</figcaption>" in client.get(address).content.decode()


def test_pictures_come_in_the_order_in_which_they_were_chosen(client, staff):
    images = [make_image(name) for name in ("Cup", "Pot", "Jug")]
    page = client.get(make_selection([images[1], images[2], images[0]])).content.decode()
    assert re.findall(r"<figcaption>(\w+)", page) == ["Pot", "Jug", "Cup"]


def test_pictures_of_one_product_are_told_apart(client, staff):
    first = make_image("Mug")
    second = ProductImage.objects.create(product=first.product, original=first.original.name)
    page = look(client, [first, second, make_image("Pot")]).content.decode()
    names = ["Mug, image 1", "Mug, image 2", "Pot"]
    assert sorted(re.findall("<figcaption>([^<]+)</figcaption>", page)) == names


def test_pictures_come_through_the_preview_and_lazily(client, staff):
    image = make_image()
    page = look(client, [image]).content.decode()
    preview = reverse("product_isolation:preview_image", args=["catalogue.productimage", image.pk])
    (tag,) = re.findall(rf'<img src="{preview}\?size=160&amp;v=\w+[^"]*"[^>]*>', page)
    assert 'loading="lazy"' in tag
    assert image.original.url not in page


def test_the_form_starts_with_the_shops_settings(client, staff, option):
    option(PROMPT="the {product} only", ASPECT_RATIO="3:4", RESOLUTION="4K", REVIEW=True)
    form = look(client, [make_image("Cup"), make_image("Pot")]).context["form"]
    assert form["prompt"].value() == "the {product} only"
    assert form["aspect_ratio"].value() == "3:4"
    assert form["resolution"].value() == "4K"
    assert form["review"].value() == "reviewed"


def test_the_form_starts_with_what_the_selection_brought_along(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    brought = {
        "prompt": "a {product}",
        "aspect_ratio": "16:9",
        "resolution": "1K",
        "review": True,
        "prompts": {str(images[0].pk): "the blue cup"},
    }
    form = client.get(make_selection(images, prefill=brought)).context["form"]
    assert (form["prompt"].value(), form["aspect_ratio"].value()) == ("a {product}", "16:9")
    assert (form["resolution"].value(), form["review"].value()) == ("1K", "reviewed")
    assert form[f"prompt-{images[0].pk}"].value() == "the blue cup"


def test_a_single_image_is_worded_by_its_name(client, staff):
    page = look(client, [make_image("Cup")])
    assert page.context["form"]["prompt"].value() == "Cup"
    assert field_names(page.content.decode()) == []


def test_what_stands_in_an_empty_wording_is_what_would_be_sent(client, staff, option):
    option(PROMPT="only the {product}")
    images = [make_image("Cup"), make_image("Pot")]
    page = look(client, images).content.decode()
    assert 'placeholder="only the Cup"' in page
    assert 'placeholder="only the Pot"' in page
    assert "For example: only the Cup." in page or "For example: only the Pot." in page


@pytest.mark.parametrize("ratio", AspectRatio)
def test_each_ratio_is_drawn_in_its_proportions(ratio):
    shape = Shape.of(ratio)
    assert max(shape.width, shape.height) == 32
    assert shape.width / shape.height == pytest.approx(ratio.fraction, abs=0.05)
    assert shape.x * 2 + shape.width == shape.y * 2 + shape.height == 36


@pytest.mark.parametrize(
    ("ratio", "resolution", "pixels"),
    [("1:1", "1K", (1024, 1024)), ("4:5", "2K", (1638, 2048)), ("21:9", "4K", (4096, 1755))],
)
def test_sizes_are_said_in_pixels(client, staff, ratio, resolution, pixels):
    assert in_pixels(AspectRatio(ratio), Resolution(resolution)) == pixels
    page = look(client, [make_image()]).content.decode()
    width, height = pixels
    assert f'data-ratio="{ratio}">{width} \N{MULTIPLICATION SIGN} {height} pixels<' in page


def test_what_is_left_out_is_named_with_the_reason(client, staff, some_are_locked):
    empty = ProductImage.objects.create(product=Product.objects.create(name="Gift card"))
    busy = make_run(Status.PROCESSING, name="Teapot")
    locked = make_image("Heirloom")
    ProductImage.objects.filter(pk=locked.pk).update(caption="locked")
    response = look(client, [empty, image_of(busy), locked, make_image("Cup")])
    page = response.content.decode()
    assert "Gift card has no image yet. Upload one first." in page
    assert "Teapot is being isolated already." in page
    assert "You are not allowed to change Heirloom." in page
    assert [p.label for p in response.context["plan"].accepted] == ["Cup"]
    reasons = re.findall('data-reason="([^"]+)"', page)
    assert reasons == ["already-open", "no-file", "not-allowed"]


def test_images_that_were_deleted_meanwhile_are_counted(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    address = choose(client, images)
    images[0].delete()
    page = client.get(address).content.decode()
    assert "1 selected image was deleted in the meantime or is not visible to you." in page
    assert 'value="Isolate 1 image for $0.27"' in page


def test_a_long_list_of_left_out_images_folds(client, staff):
    images = make_images_without_files(31)
    ProductImage.objects.exclude(pk=images[0].pk).update(original="")
    page = look(client, images).content.decode()
    left_out = page[page.index("Left out") : page.index("How it should look")]
    assert left_out.count("has no image yet.") == 30
    assert left_out.partition("<details>")[2].count("has no image yet.") == 10


def test_beyond_sixty_pictures_names_are_listed(client, staff):
    images = make_images_without_files(75)
    page = look(client, images).content.decode()
    assert page.count("<figcaption>") == 60
    assert "and 15 more" in page
    assert len(field_names(page)) == 75


def test_of_a_whole_table_the_page_says_how_many_it_did_not_look_at(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    page = client.get(make_selection(images, chosen=7000)).content.decode()
    assert "6998 further images were not checked" in page


def test_images_that_show_a_result_already_are_marked(client, staff):
    isolated = make_run(Status.APPLIED, name="Cup")
    page = look(client, [image_of(isolated), make_image("Pot")]).content.decode()
    assert "1 of these shows an isolated image already." in page
    assert "<figcaption>Cup <strong>(isolated already)</strong></figcaption>" in page
    assert "<figcaption>Pot</figcaption>" in page


def test_nothing_to_isolate_offers_only_the_way_back(client, staff):
    empty = ProductImage.objects.create(product=Product.objects.create(name="Gift card"))
    page = look(client, [empty]).content.decode()
    assert "Nothing to isolate" in page
    assert 'class="default"' not in page
    assert "Take me back" in page


def test_the_way_back_keeps_the_filters(client, staff):
    ticked = {"action": "isolate_product", "_selected_action": [make_image().pk], "index": "0"}
    response = client.post(f"{CHANGELIST}?q=&o=1", ticked, follow=True)
    assert f'href="{CHANGELIST}?q=&amp;o=1">No, take me back' in response.content.decode()


@pytest.mark.parametrize(
    ("base_url", "said", "noted"),
    [
        ("https://api.runflow.io", False, False),
        ("https://api.runflow.io", True, False),
        ("https://gateway.shop.example/runflow", False, False),
        ("http://127.0.0.1:8600", True, True),
    ],
)
def test_only_a_sandbox_says_that_no_money_is_spent(client, staff, option, base_url, said, noted):
    option(BASE_URL=base_url, SANDBOX=said)
    page = look(client, [make_image()]).content.decode()
    assert ("This is a sandbox: no money is spent" in page) == noted


def test_amounts_follow_the_readers_language(client, staff, settings, option):
    settings.LANGUAGE_CODE = "de"
    option(PRICE="1234.5")
    page = look(client, [make_image()])
    assert "1.234,50\N{NO-BREAK SPACE}$" in page.content.decode()
    assert '"price":"1234.5","count":1,"total":"1234.5"' in quote_on(page)


def test_names_are_escaped(client, staff):
    page = look(client, [make_image("<b>Cup</b>"), make_image('"><i>')]).content.decode()
    assert "<b>Cup" not in page
    assert "&lt;b&gt;Cup" in page
    assert "<i>" not in page


# Money


def test_the_balance_is_said_with_what_it_is_enough_for_and_its_age(client, staff):
    read_at = timezone.now() - timedelta(minutes=5)
    AccountBalance.objects.create(id=1, amount=Decimal("12.40"), read_at=read_at)
    page = look(client, [make_image()]).content.decode()
    assert "$12.40: enough for 45 images (updated 5\N{NO-BREAK SPACE}minutes ago)" in page
    assert "not enough for all" not in page


@pytest.mark.parametrize("amount", ["0.30", "-1"])
def test_a_balance_below_the_price_warns_and_still_orders(client, staff, amount):
    AccountBalance.objects.create(id=1, amount=Decimal(amount))
    images = [make_image("Cup"), make_image("Pot")]
    address = choose(client, images)
    assert "The balance is not enough for all of them." in client.get(address).content.decode()
    assert press(client, address).status_code == 302


def test_of_an_unknown_balance_nothing_is_said(client, staff):
    AccountBalance.objects.create(id=1, amount=None)
    page = look(client, [make_image()]).content.decode()
    assert "Balance at Runflow" not in page
    assert "not enough" not in page


def test_a_price_of_nothing_is_no_error(client, staff, option):
    option(PRICE="0")
    AccountBalance.objects.create(id=1, amount=Decimal("12.40"))
    assert "$12.40 (updated" in look(client, [make_image()]).content.decode()


def test_what_is_left_of_the_budgets_is_said(client, staff, option):
    option(DAILY_BUDGET="2", MONTHLY_BUDGET="40")
    make_run(Status.PROCESSING, batch=make_batch(unit_price=Decimal("0.50")))
    page = look(client, [make_image()]).content.decode()
    left = re.findall("<dt>([^<]+)</dt><dd>([^<]+)</dd>", page)
    assert left == [
        ("Left of today&#x27;s budget", "$1.50"),
        ("Left of this month&#x27;s budget", "$39.50"),
    ]


def test_over_budget_there_is_no_button_and_a_post_sends_nothing(client, staff, option):
    option(DAILY_BUDGET="0.60")
    make_run(Status.PROCESSING, batch=make_batch(unit_price=Decimal("0.50")))
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    for response in (
        client.get(address),
        press(client, address, prompt="a {product}", review="reviewed"),
    ):
        page = response.content.decode()
        text = "This costs $0.54, but only $0.10 of the budget is left. Nothing was sent."
        assert page.count(text) == 1
        assert 'class="default"' not in page
    form = response.context["form"]  # and nothing typed is lost
    assert (form["prompt"].value(), form["aspect_ratio"].value()) == ("a {product}", "4:5")
    assert (form["resolution"].value(), form["review"].value()) == ("1K", "reviewed")
    assert IsolationBatch.objects.count() == 1


def test_a_budget_that_a_colleague_used_up_meanwhile_sends_nothing(
    client, staff, option, monkeypatch
):
    option(DAILY_BUDGET="0.30")
    monkeypatch.setattr("django_product_isolation.staff.order_costs.budgets_left", dict)
    page = order(client, [make_image("Cup"), make_image("Pot")]).content.decode()
    assert "but only $0.30 of the budget is left. Nothing was sent." in page
    assert not IsolationBatch.objects.exists()


def test_more_than_go_into_one_order_get_no_button_and_a_post_sends_nothing(client, staff, option):
    option(MAX_BATCH=2)
    address = choose(client, [make_image(name) for name in ("Cup", "Pot", "Jug")])
    for response in (client.get(address), press(client, address)):
        page = response.content.decode()
        assert "You selected 3 images, but one order takes at most 2." in page
        assert 'class="default"' not in page
    assert not IsolationBatch.objects.exists()


def test_another_price_than_the_page_showed_begins_nothing(client, staff, option):
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    quote = quote_on(client.get(address))
    option(PRICE="0.40")
    response = press(client, address, prompt="a {product}", quote=quote)
    assert "The price has changed." in response.content.decode()
    assert response.context["form"]["prompt"].value() == "a {product}"
    assert not IsolationBatch.objects.exists()
    assert press(client, address, quote=quote_on(response)).status_code == 302
    assert IsolationBatch.objects.get().unit_price == Decimal("0.40")


# Ordering


def test_confirming_begins_a_run_for_each_image_and_shows_the_batch(client, staff):
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    hidden = hidden_fields(client.get(address).content.decode())
    chosen = {"prompt": "the {product}", "aspect_ratio": "9:16", "resolution": "4K"}
    response = client.post(address, {**hidden, **chosen, "review": "reviewed"})
    batch = IsolationBatch.objects.get()
    assert response["Location"] == reverse("product_isolation:progress", args=[batch.pk])
    assert (batch.aspect_ratio, batch.resolution, batch.review) == ("9:16", "4K", True)
    assert batch.created_by == staff
    assert reverse("product_isolation:confirm", args=[batch.pk]) == address
    assert sorted(batch.runs.values_list("prompt", flat=True)) == ["the Cup", "the Pot"]


def test_an_image_may_be_worded_on_its_own(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    own = {f"prompt-{images[0].pk}": "the blue {product}", f"prompt-{images[1].pk}": " "}
    order(client, images, prompt="a {product}", **own)
    runs = IsolationRun.objects.values_list("label", "prompt")
    assert dict(runs) == {"Cup": "the blue Cup", "Pot": "a Pot"}


def test_an_empty_prompt_leaves_the_choice_to_the_model(client, staff):
    order(client, [make_image()], prompt="")
    assert IsolationRun.objects.get().prompt == ""


def test_the_same_page_sent_twice_orders_once(client, staff):
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    quote = quote_on(client.get(address))
    first = press(client, address, quote=quote)
    second = press(client, address, quote=quote, follow=True)
    assert second.redirect_chain == [(first["Location"], 302)]
    assert said(second) == ["These images were ordered already. Nothing was ordered twice."]
    assert IsolationBatch.objects.count() == 1
    assert IsolationRun.objects.count() == 2


def test_whoever_opens_the_page_of_an_order_comes_to_its_batch(client, staff):
    address = choose(client, [make_image()])
    batch = press(client, address)["Location"]
    client.force_login(make_staff(*EVERYTHING, SPENDING, name="bea"))
    response = client.get(address, follow=True)
    assert response.redirect_chain == [(batch, 302)]
    assert said(response) == ["These images were ordered already. Nothing was ordered twice."]
    Selection.objects.all().delete()  # pruned
    assert client.get(address)["Location"] == batch


def test_two_pages_for_the_same_image_order_once(client, staff):
    image = make_image()
    first, second = choose(client, [image]), choose(client, [image])
    quote = quote_on(client.get(second))
    press(client, first)
    page = press(client, second, quote=quote).content.decode()
    assert "None of the selected images can be isolated now." in page
    assert "Enamel mug is being isolated already." in page
    assert IsolationRun.objects.count() == 1


def test_images_that_were_left_out_are_named_when_the_others_begin(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    make_run(Status.QUEUED, image=images[0])
    response = press(client, choose(client, images), follow=True)
    assert said(response) == ["Cup is being isolated already."]
    assert [run.label for run in response.context["batch"].runs.all()] == ["Pot"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("aspect_ratio", "7:3"), ("resolution", "8K"), ("prompt", "x" * 501), ("review", "maybe")],
)
def test_an_invalid_choice_is_refused_on_the_page(client, staff, field, value):
    response = order(client, [make_image()], **{field: value})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert "Please correct what is marked below." in response.content.decode()
    assert not IsolationBatch.objects.exists()


def test_a_wording_that_is_too_long_is_marked_where_it_stands(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    name = f"prompt-{images[0].pk}"
    page = order(client, images, **{name: "x" * 501}).content.decode()
    assert "at most 500 characters (it has 501)" in page
    assert '<details class="isolation-worded" open>' in page
    assert not IsolationBatch.objects.exists()


def test_only_a_reviewer_does_without_the_review_that_the_shop_wants(client, option):
    option(REVIEW=True)
    client.force_login(make_staff(CHANGE, VIEW, ISOLATE))
    page = look(client, [make_image("Cup")]).content.decode()
    assert re.search(r'<input type="radio" name="review" value="at-once"[^>]* disabled', page)
    order(client, [make_image("Pot")], review="at-once")
    assert IsolationBatch.objects.get().review is True
    IsolationBatch.objects.all().delete()
    client.force_login(make_staff(*EVERYTHING, SPENDING, name="bea"))
    order(client, [make_image("Jug")], review="at-once")
    assert IsolationBatch.objects.get().review is False


# Rights


def test_a_picture_that_the_user_may_not_change_is_not_begun(client, staff, some_are_locked):
    images = [make_image("Cup"), make_image("Heirloom")]
    address = choose(client, images)
    ProductImage.objects.filter(pk=images[1].pk).update(caption="locked")
    response = press(client, address, follow=True)
    assert said(response) == ["You are not allowed to change Heirloom."]
    assert IsolationRun.objects.get().label == "Cup"


@pytest.mark.parametrize("permissions", [(VIEW, CHANGE, REVIEW), (VIEW, ISOLATE, REVIEW)])
def test_who_may_not_isolate_or_change_sees_and_orders_nothing(client, permissions):
    address = make_selection([make_image()])
    client.force_login(make_staff(*permissions))
    assert client.get(address).status_code == 403
    assert press(client, address).status_code == 403
    assert not IsolationRun.objects.exists()


def test_who_may_change_none_of_the_images_sees_and_orders_nothing(client, staff, some_are_locked):
    address = make_selection([make_image()])
    ProductImage.objects.update(caption="locked")
    assert client.get(address).status_code == 403
    assert press(client, address).status_code == 403


def test_images_that_the_admin_does_not_show_to_the_person_are_not_begun(
    client, staff, monkeypatch
):
    images = [make_image("Cup"), make_image("Pot")]
    address = choose(client, images)
    model_admin = admin.site.get_model_admin(ProductImage)
    shown = ProductImage.objects.filter(pk=images[0].pk)
    monkeypatch.setattr(model_admin, "get_queryset", lambda request: shown)
    assert "Pot" not in client.get(address).content.decode()
    press(client, address)
    assert IsolationRun.objects.get().label == "Cup"


def test_who_is_not_logged_in_comes_back_after_the_login(client):
    address = make_selection([make_image()])
    assert client.get(address)["Location"] == f"/admin/login/?next={address}"


@pytest.mark.parametrize("label", ["catalogue.nothing", "catalogue.product"])
def test_a_model_that_the_shop_names_no_longer_is_not_found(client, staff, label):
    assert client.get(make_selection([make_image()], model_label=label)).status_code == 404


def test_an_unknown_selection_is_not_found(client, staff):
    address = reverse("product_isolation:confirm", args=[uuid.uuid4()])
    assert client.get(address).status_code == 404


def test_an_image_that_no_admin_shows_is_ordered_with_its_models_permission(client, option):
    option(IMAGES={"catalogue.UnregisteredImage": {"field": "picture"}})
    user = make_staff(ISOLATE, "catalogue.change_unregisteredimage")
    client.force_login(user)
    image = make_unregistered()
    select_address = "/product-isolation/select/catalogue.unregisteredimage/"
    address = client.post(select_address, {"pk": [image.pk]})["Location"]
    assert client.get(address).status_code == 200
    client.force_login(make_staff(ISOLATE, name="bea"))
    assert client.get(address).status_code == 403
    assert client.post(select_address, {"pk": [image.pk]}).status_code == 403
    client.force_login(user)
    assert press(client, address).status_code == 302
    assert IsolationRun.objects.get().object_pk == str(image.pk)


def make_unregistered():
    from tests.catalogue.models import UnregisteredImage

    return UnregisteredImage.objects.create(picture=make_image().original.name)


# In the place of earlier runs


def redo_page(run, user, rf) -> str:
    """The confirm page's address for having the run's image isolated once more."""
    request = rf.post("/")
    request.user = user
    return select(request, ProductImage, "admin", [run.object_pk], redo_of=[run.pk])["Location"]


def test_a_result_that_waits_is_turned_down_by_the_order_and_not_before(client, staff, rf):
    run = make_run(Status.READY, name="Cup")
    address = redo_page(run, staff, rf)
    page = client.get(address).content.decode()
    assert "1 result that waits for review is rejected when you order this." in page
    assert status_of(run) == Status.READY
    press(client, address)
    assert status_of(run) == Status.REJECTED
    assert run.events.get(kind=RunEvent.Kind.STATUS).actor == staff
    newer = IsolationRun.objects.exclude(pk=run.pk).get()
    assert (newer.object_pk, newer.status) == (run.object_pk, Status.QUEUED)


def test_an_order_over_budget_turns_nothing_down(client, staff, rf, option, monkeypatch):
    option(DAILY_BUDGET="0.10")
    monkeypatch.setattr("django_product_isolation.staff.order_costs.budgets_left", dict)
    run = make_run(Status.READY, batch=make_batch(unit_price=0))
    press(client, redo_page(run, staff, rf))
    assert status_of(run) == Status.READY
    assert IsolationRun.objects.count() == 1


def test_whoever_may_not_review_turns_nothing_down(client, staff, rf):
    run = make_run(Status.READY, name="Cup")
    address = redo_page(run, staff, rf)
    client.force_login(make_staff(CHANGE, VIEW, ISOLATE, name="bea"))
    assert "Cup is being isolated already." in client.get(address).content.decode()
    press(client, address)
    assert status_of(run) == Status.READY
    assert IsolationRun.objects.count() == 1


def test_a_result_of_an_image_that_is_left_out_is_not_turned_down(
    client, staff, rf, some_are_locked
):
    run, other = make_run(Status.READY, name="Cup"), make_image("Pot")
    ProductImage.objects.filter(pk=run.object_pk).update(caption="locked")
    address = make_selection([image_of(run), other], redo_of=[str(run.pk)])
    press(client, address)
    assert status_of(run) == Status.READY
    assert IsolationRun.objects.exclude(pk=run.pk).get().label == "Pot"


def test_a_result_of_another_image_is_not_turned_down(client, staff):
    run, other = make_run(Status.READY, name="Cup"), make_image("Pot")
    press(client, make_selection([other], redo_of=[str(run.pk)]))
    assert status_of(run) == Status.READY
    assert IsolationRun.objects.exclude(pk=run.pk).get().label == "Pot"


@pytest.mark.parametrize("status", [Status.FAILED, Status.REJECTED, Status.APPLIED])
def test_runs_that_are_over_stay_as_they_are(client, staff, rf, status):
    run = make_run(status, name="Cup")
    press(client, redo_page(run, staff, rf))
    assert status_of(run) == status
    assert IsolationRun.objects.filter(object_pk=run.object_pk).count() == 2


def test_a_run_that_is_under_way_is_left_alone(client, staff, rf):
    run = make_run(Status.PROCESSING, name="Cup")
    page = client.get(redo_page(run, staff, rf)).content.decode()
    assert "Cup is being isolated already." in page


# What it costs the server


def test_no_file_is_opened(client, staff, media_root):
    images = make_images_without_files(3)
    shutil.rmtree(media_root, ignore_errors=True)
    assert look(client, images).status_code == 200
    assert order(client, images).status_code == 302


def test_fifty_images_cost_as_many_queries_as_five(client, staff, count_queries, option):
    images = make_images_without_files(110)
    five, fifty = choose(client, images[:5]), choose(client, images[5:55])
    count_queries(lambda: client.get(five))  # content types and the like are remembered
    assert count_queries(lambda: client.get(five)) == count_queries(lambda: client.get(fifty))
    quotes = {address: quote_on(client.get(address)) for address in (five, fifty)}
    begun = [count_queries(lambda a=a: press(client, a, quote=quotes[a])) for a in (five, fifty)]
    assert begun[0] == begun[1]
    assert IsolationRun.objects.count() == 55


def test_confirming_500_images_asks_nobody_and_takes_no_more_queries_than_5_but_for_inserts(
    client, staff, monkeypatch
):
    def refuse(*args, **kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    images = make_images_without_files(506)

    def begin(chosen):
        address = choose(client, chosen)
        own = {f"prompt-{image.pk}": "a cup" for image in chosen}
        own["quote"] = quote_on(client.get(address))
        with CaptureQueriesContext(connection) as queries:
            reply = press(client, address, **own)
        assert reply.status_code == 302
        return len(queries)

    begin(images[:1])  # content types and the like are remembered
    five = begin(images[1:6])
    more = begin(images[6:]) - five
    # One more for each further INSERT, which holds so many rows, and two for all or none of them.
    columns = IsolationRun._meta.concrete_fields
    rows = connection.ops.bulk_batch_size(columns, images[6:])
    assert more <= math.ceil(500 / rows) - 1 + 2
    assert IsolationRun.objects.count() == 506
