from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured

from django_product_isolation.conf import get_settings


def test_an_empty_setting_gives_the_documented_defaults(settings):
    settings.PRODUCT_ISOLATION = {}
    found = get_settings()
    assert found.BASE_URL == "https://api.runflow.io"
    assert found.MODEL == "runflow/product-isolation"
    assert (found.ASPECT_RATIO, found.RESOLUTION, found.PROMPT) == ("1:1", "2K", "{product}")
    assert (found.SOURCE, found.WORKERS, found.MAX_BATCH) == ("auto", "thread", 500)
    assert found.price == Decimal("0.27")
    assert found.daily_budget is None
    assert found.monthly_budget is None
    assert found.CALLBACK_BASE_URL is None
    assert not found.REVIEW


def test_a_changed_setting_is_seen_at_once(settings):
    settings.PRODUCT_ISOLATION = {"DAILY_BUDGET": "5", "MONTHLY_BUDGET": "50.50"}
    assert get_settings().daily_budget == Decimal("5")
    assert get_settings().monthly_budget == Decimal("50.50")


def test_an_unknown_option_is_refused_by_name(settings):
    settings.PRODUCT_ISOLATION = {"API_KY": "x"}
    with pytest.raises(ImproperlyConfigured, match="API_KY"):
        get_settings()


def test_a_setting_that_is_no_dictionary_is_refused(settings):
    settings.PRODUCT_ISOLATION = ["API_KEY"]
    with pytest.raises(ImproperlyConfigured, match="dictionary"):
        get_settings()


@pytest.mark.parametrize("price", ["free", "-1", "NaN", "Infinity", None])
def test_what_is_no_amount_is_refused(settings, price):
    settings.PRODUCT_ISOLATION = {"PRICE": price}
    with pytest.raises(ImproperlyConfigured, match="PRICE"):
        _ = get_settings().price


def test_secrets_do_not_show_when_the_settings_are_printed(settings):
    settings.PRODUCT_ISOLATION = {"API_KEY": "rf_live_canary", "SIGNING_SECRETS": ["whsec_canary"]}
    assert "canary" not in repr(get_settings())


@pytest.mark.parametrize(
    ("url", "said", "is_sandbox"),
    [
        ("http://127.0.0.1:8765", True, True),
        ("https://sandbox.shop.example", True, True),
        ("https://runflow.io.example", True, True),
        ("https://notrunflow.io", True, True),
        ("https://api.runflow.io", True, False),
        ("https://API.RUNFLOW.IO.", True, False),
        ("https://runflow.io", True, False),
        ("http://127.0.0.1:8765", False, False),
        ("https://gateway.shop.example/runflow", False, False),
        ("http://127.0.0.1:8765", "yes", False),
    ],
)
def test_no_money_is_said_to_be_spent_only_where_the_settings_say_so(
    settings, url, said, is_sandbox
):
    settings.PRODUCT_ISOLATION = {"BASE_URL": url, "SANDBOX": said}
    assert get_settings().is_sandbox is is_sandbox


@pytest.mark.parametrize("url", ["https://[oops", "https://shop.example:port", None, 1, ["x"]])
def test_an_address_that_cannot_be_read_is_not_runflows_and_breaks_nothing(settings, url):
    settings.PRODUCT_ISOLATION = {"BASE_URL": url}
    assert get_settings().is_runflow is False
    assert get_settings().is_sandbox is False


@pytest.mark.parametrize("value", [True, 1, 0, None, "yes", "", ["doubtful"]])
def test_what_is_no_known_value_has_every_result_reviewed_and_evaluated(settings, value):
    settings.PRODUCT_ISOLATION = {"REVIEW": value, "EVALUATE": value, "EVALUATION_PRICE": "0.05"}
    found = get_settings()
    assert (found.reviews_all, found.reviews_doubtful) == (True, False)
    assert (found.evaluates, found.evaluates_all) == (True, True)
    assert found.unit_price == Decimal("0.32")


@pytest.mark.parametrize(("value", "is_doubtful"), [(False, False), ("doubtful", True)])
def test_not_every_result_is_where_the_settings_say_so(settings, value, is_doubtful):
    settings.PRODUCT_ISOLATION = {
        "REVIEW": value,
        "EVALUATE": value,
        "EVALUATION_PRICE": "0.05",
    }
    found = get_settings()
    assert (found.reviews_all, found.reviews_doubtful) == (False, is_doubtful)
    assert (found.evaluates, found.evaluates_all) == (is_doubtful, False)


def test_a_gateway_before_runflow_is_no_sandbox_by_its_name(settings):
    settings.PRODUCT_ISOLATION = {"BASE_URL": "http://127.0.0.1:8080/runflow"}
    assert get_settings().is_sandbox is False
