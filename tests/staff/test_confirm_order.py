"""What the confirm page orders, and when it orders nothing."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.models import (
    IsolationBatch,
    IsolationRun,
    Selection,
)
from tests.photos import make_image
from tests.shop import (
    EVERYTHING,
    SPENDING,
    choose,
    look,
    make_balance,
    make_batch,
    make_run,
    make_staff,
    order,
    press,
    quote_on,
    said,
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


def test_the_balance_is_said_with_what_it_is_enough_for_and_its_age(client, staff):
    read_at = timezone.now() - timedelta(minutes=5)
    make_balance(amount=Decimal("12.40"), read_at=read_at)
    page = look(client, [make_image()]).content.decode()
    assert "$12.40: enough for 45 images (updated 5\N{NO-BREAK SPACE}minutes ago)" in page
    assert "not enough for all" not in page


def test_many_images_are_counted_in_the_readers_notation(client, staff):
    make_balance(Decimal("540.00"), read_at=timezone.now())
    assert "enough for 2,000 images" in look(client, [make_image()]).content.decode()


@pytest.mark.parametrize("amount", ["0.30", "-1"])
def test_a_balance_below_the_price_warns_and_still_orders(client, staff, amount):
    make_balance(amount=Decimal(amount))
    images = [make_image("Cup"), make_image("Pot")]
    address = choose(client, images)
    assert "The balance is not enough for all of them." in client.get(address).content.decode()
    assert press(client, address).status_code == 302


@pytest.mark.parametrize(
    ("amount", "is_said"), [("1.00", False), ("0.27", False), ("0.26", True), ("0", True)]
)
def test_nobody_finds_the_balance_by_trying_several_numbers_of_images(client, amount, is_said):
    client.force_login(make_staff(*EVERYTHING, name="bea"))
    make_balance(amount=Decimal(amount))
    images = [make_image(f"Cup {n}") for n in range(5)]
    for count in range(1, 6):
        page = look(client, images[:count]).content.decode()
        assert ("The balance is not enough for any image." in page) == is_said
        assert "not enough for all" not in page


def test_of_an_unknown_balance_nothing_is_said(client, staff):
    make_balance(amount=None)
    page = look(client, [make_image()]).content.decode()
    assert "Balance at Runflow" not in page
    assert "not enough" not in page


def test_a_price_of_nothing_is_no_error(client, staff, option):
    option(PRICE="0")
    make_balance(amount=Decimal("12.40"))
    assert "$12.40 (updated" in look(client, [make_image()]).content.decode()


def test_what_is_left_of_the_budgets_is_said(client, staff, option):
    option(DAILY_BUDGET="2", MONTHLY_BUDGET="40")
    make_run(Status.PROCESSING, batch=make_batch(unit_price=Decimal("0.50")))
    page = look(client, [make_image()]).content.decode()
    left = re.findall("<dt>([^<]+)</dt><dd>([^<]+)</dd>", page)
    assert left == [
        ("Left in today&#x27;s budget", "$1.50"),
        ("Left in this month&#x27;s budget", "$39.50"),
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


def test_a_check_that_the_page_did_not_name_is_not_ordered_at_the_same_price(client, staff, option):
    option(PRICE="0.32")
    address = choose(client, [make_image("Cup")])
    quote = quote_on(client.get(address))
    option(PRICE="0.27", EVALUATE=True, EVALUATION_PRICE="0.05")
    response = press(client, address, quote=quote)
    assert "The price has changed." in response.content.decode()
    assert "This includes $0.05" in response.content.decode()
    assert not IsolationBatch.objects.exists()


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
