from decimal import Decimal

import pytest
import requests
from django.core.checks import run_checks
from django.utils.translation import gettext_lazy

from django_product_isolation import isolate
from django_product_isolation.admin.host.attach import attach
from django_product_isolation.models import IsolationRun
from tests.photos import make_image

# Since Django 6.1 its own checks ask a SQLite whether it knows JSON.
pytestmark = pytest.mark.django_db

SECRET = "whsec_0123456789abcdefghij"


def ids(**options):
    found = run_checks(**options)
    return sorted(m.id for m in found if m.id.startswith("product_isolation."))


def with_settings(settings, **options):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, **options}


def entry(**options):
    return {"IMAGES": {"catalogue.ProductImage": options}}


def test_a_shop_as_in_the_readme_passes():
    assert ids() == []
    assert ids(include_deployment_checks=True) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"API_KY": "typo"}, "E001"),
        ({"API_KEY": ""}, "E002"),
        ({"API_KEY": "rf_live_sandbox", "BASE_URL": "https://api.runflow.io"}, "W008"),
        ({"IMAGES": {}}, "W001"),
        ({"IMAGES": {"catalogue.Nothing": {"field": "original"}}}, "E003"),
        ({"IMAGES": {"catalogue.ProductImage": {"field": "nothing"}}}, "E003"),
        ({"IMAGES": {"catalogue.ProductImage": []}}, "E003"),
        ({"IMAGES": {"catalogue.ProductImage": [{"field": "original"}] * 2}}, "E011"),
        ({"ASPECT_RATIO": "7:3"}, "E004"),
        ({"RESOLUTION": "8K"}, "E004"),
        ({"SOURCE": "carrier pigeon"}, "E004"),
        ({"WORKERS": "elves"}, "E004"),
        ({"BASE_URL": "http://api.runflow.io"}, "E005"),
        ({"BASE_URL": "api.runflow.io"}, "E005"),
        ({"CALLBACK_BASE_URL": "http://shop.example"}, "E005"),
        ({"CALLBACK_BASE_URL": "http://127.0.0.1:8000"}, "E005"),
        ({"PRICE": "cheap"}, "E006"),
        ({"DAILY_BUDGET": "-1"}, "E006"),
        ({"MONTHLY_BUDGET": "lots"}, "E006"),
        ({"MAX_BATCH": 0}, "E007"),
        ({"MAX_BATCH": 10_001}, "E007"),
        ({"MAX_BATCH": "many"}, "E007"),
        ({"SIGNING_SECRETS": [""]}, "E008"),
        ({"SIGNING_SECRETS": [SECRET, "short"]}, "E008"),
        ({"SIGNING_SECRETS": SECRET}, "E008"),
        ({"SIGNING_SECRETS": None}, "E008"),
        ({"CALLBACK_BASE_URL": "https://shop.example/?site=1"}, "E030"),
        ({"CALLBACK_BASE_URL": "https://shop.example/shop#here"}, "E030"),
        ({"CALLBACK_BASE_URL": "https://shop.example/product-isolation/"}, "W030"),
        ({"CALLBACK_BASE_URL": "https://shop.example/shop/product-isolation"}, "W030"),
        (entry(field=["original", "back"]), "E003"),
        (entry(field=None), "E003"),
        (entry(field="original", product=["product"]), "E003"),
        (entry(field="original", category=1), "E003"),
        (entry(field="original", category="a b"), "E003"),
        ({"IMAGES": {"catalogue.ProductImage": {"field": "original", 1: "", "x": ""}}}, "E003"),
        ({"IMAGES": {("catalogue", "ProductImage"): {"field": "original"}}}, "E003"),
        ({"WORKERS": ["thread"]}, "E004"),
        ({"RESOLUTION": 2}, "E004"),
        ({"DIGITAL_SOURCE_TYPE": {}}, "E004"),
        ({"PROMPT_LANGUAGE": ["de"]}, "E014"),
        ({"BASE_URL": "https://[oops"}, "E005"),
        ({"BASE_URL": 8765}, "E005"),
        ({"BASE_URL": ["https://api.runflow.io"]}, "E005"),
        ({"CALLBACK_BASE_URL": "https://shop.example:port"}, "E005"),
        ({"CALLBACK_BASE_URL": "https://shop.example:99999"}, "E005"),
        ({"CALLBACK_BASE_URL": 1}, "E005"),
        ({"PRICE": "10000"}, "E006"),
        ({"PRICE": "1e-9"}, "E006"),
        ({"PRICE": "0.27001"}, "E006"),
        ({"PRICE": "9999", "EVALUATE": True, "EVALUATION_PRICE": "1.50"}, "E006"),
        ({"EVALUATE": True, "EVALUATION_PRICE": "0.00001"}, "E006"),
        ({"MAX_BATCH": True}, "E007"),
        ({"SANDBOX": 1}, "E031"),
        ({"AUTO_ADMIN": 0}, "E037"),
        ({"REVIEW": 1}, "E040"),
        ({"REVIEW": 0}, "E040"),
        ({"REVIEW": None}, "E040"),
        ({"REVIEW": ["doubtful"]}, "E040"),
        ({"EVALUATE": 1, "EVALUATION_PRICE": "0.05"}, "E043"),
        ({"EVALUATE": 0, "EVALUATION_PRICE": "0.05"}, "E043"),
        ({"API_KEY": 1}, "E042"),
        ({"API_KEY": b"rf_live_0123456789"}, "E042"),
        ({"MODEL": None}, "E042"),
        ({"PROMPT": None}, "E042"),
        ({"PROMPT": ["{product}"]}, "E042"),
        ({"SANDBOX": "no"}, "E031"),
        ({"SANDBOX": True}, "E032"),
        ({"SANDBOX": True, "BASE_URL": "https://gateway.shop.example"}, "W031"),
    ],
)
def test_each_mistake_has_its_own_id_and_a_hint(settings, options, expected):
    with_settings(settings, **options)
    found = [m for m in run_checks() if m.id.startswith("product_isolation.")]
    assert [m.id for m in found] == [f"product_isolation.{expected}"]
    assert found[0].hint


@pytest.mark.parametrize(
    "options",
    [
        {"CALLBACK_BASE_URL": "https://shop.example"},
        {"CALLBACK_BASE_URL": "https://shop.example/"},
        {"CALLBACK_BASE_URL": "https://shop.example/shop"},
        {"SANDBOX": True, "BASE_URL": "http://127.0.0.1:8765"},
        {"BASE_URL": "https://gateway.shop.example/runflow"},
        {"PROMPT": ""},
        {"PROMPT": gettext_lazy("{product}")},
        {"PRICE": "9999.9999"},
        {"PRICE": "0.270000"},
        {"DAILY_BUDGET": "20000"},
        entry(field="original", product=None),
    ],
)
def test_what_works_is_passed_over(settings, options):
    with_settings(settings, **options)
    assert ids() == []


def test_neighbours_on_one_machine_may_talk_plain_http(settings):
    with_settings(
        settings, BASE_URL="http://127.0.0.1:8765", CALLBACK_BASE_URL="http://localhost:8000"
    )
    assert ids() == []


def test_a_forgotten_url_line_is_found(settings):
    settings.ROOT_URLCONF = "tests.shops.catalogue.urls_without_ours"
    assert ids() == ["product_isolation.E009"]


def test_a_model_that_no_admin_shows_is_found(settings):
    with_settings(settings, IMAGES={"catalogue.UnregisteredImage": {"field": "picture"}})
    assert ids() == ["product_isolation.W002"]


def test_unsigned_callbacks_are_named_before_a_deployment(settings):
    with_settings(settings, CALLBACK_BASE_URL="https://shop.example")
    assert ids() == []
    assert ids(include_deployment_checks=True) == ["product_isolation.W003"]
    with_settings(settings, SIGNING_SECRETS=[SECRET])
    assert ids(include_deployment_checks=True) == []


@pytest.mark.parametrize(
    "url", ["http://user:canary@shop.example/?key=canary", "https://canary@shop.example:port"]
)
def test_a_wrong_address_is_shown_without_what_it_may_hide(settings, url):
    with_settings(settings, BASE_URL=url)
    assert "canary" not in str(run_checks())


def test_a_key_that_is_no_text_is_not_shown(settings):
    with_settings(settings, API_KEY=b"rf_live_canary")
    assert "canary" not in str(run_checks())


def test_the_shop_starts_while_an_entry_is_wrong(settings):
    with_settings(settings, **entry(field=["original", "back"]))
    attach()


def test_pages_work_while_the_sandboxs_address_cannot_be_read(settings, admin_client):
    with_settings(settings, SANDBOX=True, BASE_URL="https://[oops")
    assert admin_client.get("/admin/catalogue/productimage/").status_code == 200
    assert admin_client.get("/product-isolation/review/").status_code == 200


def test_the_highest_price_that_passes_can_be_kept_and_read_again(settings):
    with_settings(settings, PRICE="9999.9999")
    batch = isolate(make_image())
    batch.refresh_from_db()
    assert batch.unit_price == Decimal("9999.9999")


def test_a_key_of_the_form_that_the_hint_names_opens_the_sandbox(settings, runflow):
    with_settings(settings, API_KEY="")
    [missing] = [m for m in run_checks() if m.id == "product_isolation.E002"]
    key = missing.hint.rpartition(" ")[2].rstrip(".")
    address = f"{runflow.url}/v1/runs"
    statuses = [
        requests.get(address, headers={"Authorization": f"Bearer {one}"}, timeout=5).status_code
        for one in (key, "any-key")
    ]
    assert (statuses[0] == 401, statuses[1] == 401) == (False, True)
    assert "(rf_live_...)" in missing.hint
    assert "any key of that form" in missing.hint


def test_checks_touch_no_database(django_assert_num_queries):
    run_checks()  # Django remembers the answer
    with django_assert_num_queries(0):
        run_checks()
    assert not IsolationRun.objects.exists()


def test_labels_that_differ_in_case_are_one_model(settings):
    entry = {"field": "original"}
    with_settings(
        settings, IMAGES={"catalogue.productimage": entry, "catalogue.ProductImage": entry}
    )
    assert ids() == ["product_isolation.E011"]
