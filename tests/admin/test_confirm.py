"""The confirm page, through the host's own image list."""

import re
import shutil
import socket
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_product_isolation.admin.confirm import Shape
from django_product_isolation.choices import AspectRatio, Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from tests.admin.shop import (
    CHANGE,
    CHANGELIST,
    EVERYTHING,
    ISOLATE,
    TOKEN,
    VIEW,
    confirm,
    make_batch,
    make_images_without_files,
    make_run,
    make_staff,
    pks,
    said,
    tick,
)
from tests.catalogue.models import Product, ProductImage
from tests.photos import make_image

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = make_staff(*EVERYTHING)
    client.force_login(user)
    return user


def posted_by(page: str) -> dict[str, list[str]]:
    """The hidden fields of the page's form."""
    found: dict[str, list[str]] = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', page):
        name, value = re.search(r'name="([^"]*)" value="([^"]*)"', tag).groups()
        found.setdefault(name, []).append(value)
    return found


def test_the_page_shows_what_will_be_sent_and_what_it_costs(client, staff):
    images = [make_image(name) for name in ("Cup", "Pot", "Jug")]
    response = client.post(CHANGELIST, tick(images))
    page = response.content.decode()
    assert response.status_code == 200
    assert all(f"<figcaption>{name}</figcaption>" in page for name in ("Cup", "Pot", "Jug"))
    assert "3 images at $0.27 each: <strong>$0.81</strong>" in page
    assert 'value="Isolate 3 images for $0.81"' in page
    assert not IsolationBatch.objects.exists()


def test_pictures_come_through_the_preview_and_lazily(client, staff):
    image = make_image()
    page = client.post(CHANGELIST, tick([image])).content.decode()
    preview = reverse("product_isolation:preview_image", args=["catalogue.productimage", image.pk])
    (tag,) = re.findall(rf'<img src="{preview}\?size=160&amp;v=\w+"[^>]*>', page)
    assert 'loading="lazy"' in tag
    assert image.original.url not in page


def test_the_form_starts_with_the_shops_settings(client, staff, option):
    option(PROMPT="the {product} only", ASPECT_RATIO="3:4", RESOLUTION="4K", REVIEW=True)
    form = client.post(CHANGELIST, tick([make_image()])).context["form"]
    assert form["prompt"].value() == "the {product} only"
    assert form["aspect_ratio"].value() == "3:4"
    assert form["resolution"].value() == "4K"
    assert form["review"].value() is True


@pytest.mark.parametrize("ratio", AspectRatio)
def test_each_ratio_is_drawn_in_its_proportions(ratio):
    shape = Shape.of(ratio)
    assert max(shape.width, shape.height) == 32
    assert shape.width / shape.height == pytest.approx(ratio.fraction, abs=0.05)
    assert shape.x * 2 + shape.width == shape.y * 2 + shape.height == 36


def test_what_is_left_out_is_named_with_the_reason(client, staff, option, some_are_locked):
    option(MAX_BATCH=1)
    empty = ProductImage.objects.create(product=Product.objects.create(name="Gift card"))
    busy = make_run(Status.PROCESSING, name="Teapot")
    locked = make_image("Heirloom")
    ProductImage.objects.filter(pk=locked.pk).update(caption="locked")
    cups = [make_image("Second cup"), make_image("First cup")]
    images = [empty, ProductImage.objects.get(pk=busy.object_pk), locked, *cups]
    response = client.post(CHANGELIST, tick(images))
    page = response.content.decode()
    assert "Gift card has no image yet. Upload one first." in page
    assert "Teapot is being isolated already." in page
    assert "Heirloom may not be changed by you." in page
    assert "Second cup is over the limit for one go." in page
    assert [p.label for p in response.context["chosen"].accepted] == ["First cup"]
    assert posted_by(page)["_selected_action"] == [str(cups[1].pk)]


def test_a_long_list_of_left_out_images_folds(client, staff, option):
    option(MAX_BATCH=1)
    images = make_images_without_files(30)
    page = client.post(CHANGELIST, tick(images)).content.decode()
    assert page.count("is over the limit for one go.") == 29
    folded = page.partition("<details>")[2]
    assert folded.count("is over the limit for one go.") == 9


def test_beyond_sixty_pictures_names_are_listed(client, staff):
    images = make_images_without_files(75)
    page = client.post(CHANGELIST, tick(images)).content.decode()
    assert page.count("<figcaption>") == 60
    assert "and 15 more" in page
    assert len(posted_by(page)["_selected_action"]) == 75


def test_of_a_whole_table_only_the_beginning_is_looked_at(client, staff, monkeypatch):
    monkeypatch.setattr("django_product_isolation.workflow.begin.MAX_READ", 2)
    images = make_images_without_files(3)
    page = client.post(CHANGELIST, tick(images[:1], select_across="1")).content.decode()
    assert 'value="Isolate 2 images for $0.54"' in page
    assert "1 further image was not looked at" in page


def test_images_that_show_a_result_already_are_marked(client, staff):
    isolated = make_run(Status.APPLIED, name="Cup")
    images = [ProductImage.objects.get(pk=isolated.object_pk), make_image("Pot")]
    page = client.post(CHANGELIST, tick(images)).content.decode()
    assert "1 of these shows an isolated image already." in page
    assert "<figcaption>Cup <strong>(isolated already)</strong></figcaption>" in page
    assert "<figcaption>Pot</figcaption>" in page


def test_nothing_to_isolate_offers_only_the_way_back(client, staff):
    empty = ProductImage.objects.create(product=Product.objects.create(name="Gift card"))
    page = client.post(CHANGELIST, tick([empty])).content.decode()
    assert "Nothing to isolate" in page
    assert "confirmed" not in posted_by(page)
    assert "Take me back" in page


def test_the_way_back_keeps_the_filters(client, staff):
    response = client.post(f"{CHANGELIST}?q=&o=1", tick([make_image()]))
    assert f'href="{CHANGELIST}?q=&amp;o=1">No, take me back' in response.content.decode()


def test_confirming_begins_a_run_for_each_image_and_shows_the_batch(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    page = client.post(CHANGELIST, tick(images)).content.decode()
    hidden = posted_by(page)
    chosen = {"prompt": "the {product}", "aspect_ratio": "9:16", "resolution": "4K", "review": "on"}
    response = client.post(CHANGELIST, {**hidden, **chosen})
    batch = IsolationBatch.objects.get()
    assert response["Location"] == reverse("product_isolation:progress", args=[batch.pk])
    assert (batch.aspect_ratio, batch.resolution, batch.review) == ("9:16", "4K", True)
    assert (batch.created_by, str(batch.pk)) == (staff, hidden["token"][0])
    assert sorted(batch.runs.values_list("prompt", flat=True)) == ["the Cup", "the Pot"]


def test_an_empty_prompt_leaves_the_choice_to_the_model(client, staff):
    client.post(CHANGELIST, confirm([make_image()], prompt=""))
    assert IsolationRun.objects.get().prompt == ""


def test_the_same_page_sent_twice_orders_once(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    first = client.post(CHANGELIST, confirm(images))
    second = client.post(CHANGELIST, confirm(images), follow=True)
    assert second.redirect_chain == [(first["Location"], 302)]
    assert said(second) == ["These images were begun already. Nothing was ordered twice."]
    assert IsolationBatch.objects.count() == 1
    assert IsolationRun.objects.count() == 2


def test_two_pages_for_the_same_image_order_once(client, staff):
    image = make_image()
    client.post(CHANGELIST, confirm([image]))
    other = "1f6f7f0e-5a7c-4c1c-9d53-3ed1a0a10002"
    page = client.post(CHANGELIST, confirm([image], token=other)).content.decode()
    assert "None of these images can be isolated now." in page
    assert "Enamel mug is being isolated already." in page
    assert IsolationRun.objects.count() == 1


def test_images_that_somebody_else_began_meanwhile_are_left_out_and_named(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    make_run(Status.QUEUED, image=images[0])
    response = client.post(CHANGELIST, confirm(images), follow=True)
    assert said(response) == ["Cup is being isolated already."]
    assert [run.label for run in IsolationBatch.objects.get(pk=TOKEN).runs.all()] == ["Pot"]


def test_confirming_takes_only_what_the_page_named(client, staff):
    named, other = make_image("Cup"), make_image("Pot")
    client.post(CHANGELIST, confirm([named], select_across="1", index="0"))
    assert IsolationRun.objects.get().label == "Cup"
    assert other.pk


def test_a_picture_that_the_user_may_not_change_is_not_begun(client, staff, some_are_locked):
    images = [make_image("Cup"), make_image("Heirloom")]
    ProductImage.objects.filter(pk=images[1].pk).update(caption="locked")
    response = client.post(CHANGELIST, confirm(images), follow=True)
    assert said(response) == ["Heirloom may not be changed by you."]
    assert IsolationRun.objects.get().label == "Cup"


def test_another_price_than_the_page_showed_begins_nothing(client, staff, option):
    option(PRICE="0.40")
    response = client.post(CHANGELIST, confirm([make_image()], prompt="a {product}"))
    page = response.content.decode()
    assert "The price has changed meanwhile." in page
    assert "$0.40" in page
    assert response.context["form"]["prompt"].value() == "a {product}"
    assert not IsolationBatch.objects.exists()
    assert client.post(CHANGELIST, confirm([make_image()], price="0.40")).status_code == 302


def test_over_budget_is_said_and_nothing_typed_is_lost(client, staff, option):
    option(DAILY_BUDGET="0.60")
    make_run(Status.PROCESSING, batch=make_batch(unit_price=Decimal("0.50")))
    images = [make_image("Cup"), make_image("Pot")]
    response = client.post(CHANGELIST, confirm(images, prompt="a {product}", review="on"))
    page, form = response.content.decode(), response.context["form"]
    assert "This costs $0.54, but only $0.10 of the budget is left. Nothing was sent." in page
    assert (form["prompt"].value(), form["aspect_ratio"].value()) == ("a {product}", "4:5")
    assert (form["resolution"].value(), form["review"].value()) == ("1K", True)
    assert posted_by(page)["token"] == [TOKEN]
    assert IsolationBatch.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("aspect_ratio", "7:3"), ("resolution", "8K"), ("prompt", "x" * 501), ("token", "nonsense")],
)
def test_an_invalid_choice_is_refused_on_the_page(client, staff, field, value):
    images = [make_image()]
    response = client.post(CHANGELIST, confirm(images, **{field: value}))
    assert response.status_code == 200
    assert response.context["form"].errors
    assert posted_by(response.content.decode())["_selected_action"] == pks(images)
    assert not IsolationBatch.objects.exists()


def test_only_a_reviewer_does_without_the_review_that_the_shop_wants(client, option):
    option(REVIEW=True)
    client.force_login(make_staff(CHANGE, VIEW, ISOLATE))
    client.post(CHANGELIST, confirm([make_image()]))
    assert IsolationBatch.objects.get().review is True
    client.force_login(make_staff(*EVERYTHING, name="bea"))
    other = "1f6f7f0e-5a7c-4c1c-9d53-3ed1a0a10002"
    client.post(CHANGELIST, confirm([make_image()], token=other))
    assert IsolationBatch.objects.get(pk=other).review is False


@pytest.mark.parametrize(
    ("base_url", "noted"),
    [("https://api.runflow.io", False), ("http://127.0.0.1:8600", True)],
)
def test_a_sandbox_says_that_no_money_is_spent(client, staff, option, base_url, noted):
    option(BASE_URL=base_url)
    page = client.post(CHANGELIST, tick([make_image()])).content.decode()
    assert ("This is a sandbox: no money is spent" in page) == noted


def test_amounts_follow_the_readers_language(client, staff, settings, option):
    settings.LANGUAGE_CODE = "de"
    option(PRICE="1234.5")
    page = client.post(CHANGELIST, tick([make_image()])).content.decode()
    assert "$1.234,50" in page


def test_names_are_escaped(client, staff):
    page = client.post(CHANGELIST, tick([make_image("<b>Cup</b>")])).content.decode()
    assert "<b>Cup" not in page
    assert "&lt;b&gt;Cup" in page


def test_no_file_is_opened(client, staff, media_root):
    images = make_images_without_files(3)
    shutil.rmtree(media_root, ignore_errors=True)
    assert client.post(CHANGELIST, tick(images)).status_code == 200
    assert client.post(CHANGELIST, confirm(images)).status_code == 302


def test_fifty_images_cost_as_many_queries_as_five(client, staff, count_queries, option):
    images = make_images_without_files(110)
    five, fifty = images[:5], images[5:55]

    def draw(chosen):
        return count_queries(lambda: client.post(CHANGELIST, tick(chosen)))

    def begin(chosen, token):
        posted = confirm(chosen, token=TOKEN[:-1] + token)
        return count_queries(lambda: client.post(CHANGELIST, posted))

    draw(five)  # content types and the like are remembered
    assert draw(five) == draw(fifty)
    assert begin(five, "3") == begin(fifty, "4")
    assert IsolationRun.objects.count() == 55


def test_confirming_500_images_asks_nobody_and_takes_ten_queries_more_than_5(
    client, staff, monkeypatch
):
    def refuse(*args, **kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    images = make_images_without_files(506)

    def begin(chosen, token):
        with CaptureQueriesContext(connection) as queries:
            reply = client.post(CHANGELIST, confirm(chosen, token=TOKEN[:-1] + token))
        assert reply.status_code == 302
        return len(queries)

    begin(images[:1], "5")  # content types and the like are remembered
    five = begin(images[1:6], "6")
    assert begin(images[6:], "7") - five <= 10
    assert IsolationRun.objects.count() == 506
