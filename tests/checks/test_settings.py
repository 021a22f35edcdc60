import pytest
from django.core.checks import run_checks

from django_product_isolation.models import IsolationRun

# Since Django 6.1 its own checks ask a SQLite whether it knows JSON.
pytestmark = pytest.mark.django_db

SECRET = "whsec_0123456789abcdefghij"


def ids(**options):
    found = run_checks(**options)
    return sorted(m.id for m in found if m.id.startswith("product_isolation."))


def with_settings(settings, **options):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, **options}


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
    settings.ROOT_URLCONF = "tests.catalogue.urls_without_ours"
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


def test_a_wrong_address_is_shown_without_what_it_may_hide(settings):
    with_settings(settings, BASE_URL="http://user:canary@shop.example/?key=canary")
    assert "canary" not in str(run_checks())


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
