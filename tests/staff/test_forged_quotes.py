"""What comes back from the page is no quote, or one that the page did not say."""

import json

import pytest

from django_product_isolation.models import IsolationRun
from tests.photos import make_image
from tests.shop import EVERYTHING, choose, make_staff, press, quote_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = make_staff(*EVERYTHING)
    client.force_login(user)
    return user


def forged(**changes):
    def forge(quote):
        return json.dumps({**json.loads(quote), **changes})

    return forge


FORGERIES = {
    "nothing": lambda quote: " ",
    "no JSON": lambda quote: quote[1:],
    "a list": lambda quote: "[]",
    "a number": lambda quote: "7",
    "deeply nested": lambda quote: "[" * 100_000,
    "no images": forged(images=None),
    "images as a list": forged(images=["1", "2"]),
    "another count": forged(count=3),
    "another total": forged(total="0.01"),
    "a price that is none": forged(price="NaN", total="NaN"),
    "an endless price": forged(price="Infinity", total="Infinity"),
    "a price beyond all": forged(price="9E999999", total="9E999999"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_quote_that_does_not_add_up_orders_nothing(client, staff, forge):
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    page = press(client, address, quote=forge(quote_on(client.get(address))))
    assert page.status_code == 200
    assert page.context["problems"]
    assert not IsolationRun.objects.exists()


def test_a_quote_with_what_is_no_character_orders_nothing(client, staff):
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    quote = quote_on(client.get(address)).replace("price", "pr\0ice")
    assert "\0" in quote
    assert press(client, address, quote=quote).status_code == 400
    assert not IsolationRun.objects.exists()


def test_a_quote_for_more_than_is_chosen_orders_nothing(client, staff):
    cup, pot = make_image("Cup"), make_image("Pot")
    quote = quote_on(client.get(choose(client, [cup, pot])))
    page = press(client, choose(client, [cup]), quote=quote)
    assert page.context["problems"][0] == "1 image that was shown cannot be isolated any more."
    assert not IsolationRun.objects.exists()
