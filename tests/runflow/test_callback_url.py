"""The address that Runflow calls back is the same wherever it is made."""

import threading
import uuid

import pytest
from django.urls import get_script_prefix, set_script_prefix, set_urlconf
from django.utils.translation import override

from django_product_isolation.runflow.callbacks import callback_url, make_token

PK = uuid.UUID(int=7)
PATH = f"/product-isolation/callback/{make_token(PK)}"


@pytest.fixture
def base(settings):
    def configure(url):
        settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "CALLBACK_BASE_URL": url}

    return configure


@pytest.fixture(autouse=True)
def _the_prefix_is_put_back():
    prefix = get_script_prefix()
    yield
    set_script_prefix(prefix)
    set_urlconf(None)


def in_a_thread():
    """As a worker makes it, that knows of no request."""
    made = []
    thread = threading.Thread(target=lambda: made.append(callback_url(PK)))
    thread.start()
    thread.join()
    return made[0]


MOUNTS = [
    ("https://shop.example", None, "https://shop.example"),
    ("https://shop.example/", None, "https://shop.example"),
    ("https://shop.example:8443", None, "https://shop.example:8443"),
    ("https://shop.example/prefix", None, "https://shop.example/prefix"),
    ("https://shop.example/prefix/", None, "https://shop.example/prefix"),
    ("https://shop.example/a/b", None, "https://shop.example/a/b"),
    ("https://shop.example", "/shop", "https://shop.example/shop"),
    ("https://shop.example/", "/shop/", "https://shop.example/shop"),
    ("https://shop.example/shop", "/shop", "https://shop.example/shop"),
    ("https://proxy.example/hooks", "/shop", "https://proxy.example/hooks"),
    ("https://shop.example/mit%20Leer", "/mit Leer", "https://shop.example/mit%20Leer"),
]


@pytest.mark.parametrize(("url", "forced", "mount"), MOUNTS)
@pytest.mark.parametrize("prefix", ["/", "/prefix/", "/shop/", "/mit Leer/", "/elsewhere/"])
def test_a_request_under_any_mount_and_a_worker_make_the_same_address(
    url, forced, mount, prefix, base, settings
):
    settings.FORCE_SCRIPT_NAME = forced
    base(url)
    set_script_prefix(prefix)
    assert callback_url(PK) == mount + PATH
    assert get_script_prefix() == prefix
    assert in_a_thread() == mount + PATH


@pytest.mark.parametrize("language", ["en", "de"])
def test_it_is_the_same_in_every_language(language, base, settings):
    settings.ROOT_URLCONF = "tests.shops.catalogue.urls_by_language"
    settings.LANGUAGE_CODE = "de"
    base("https://shop.example")
    with override(language):
        assert callback_url(PK) == f"https://shop.example/de{PATH}"


def test_it_is_the_same_where_a_request_has_urls_of_its_own(base):
    base("https://shop.example")
    set_urlconf("tests.shops.catalogue.urls_without_ours")
    assert callback_url(PK) == f"https://shop.example{PATH}"


def test_without_an_address_there_is_none(base):
    base(None)
    assert callback_url(PK) is None


def test_the_address_leads_to_the_door(base, settings, client, db):
    settings.FORCE_SCRIPT_NAME = "/shop"
    base("https://shop.example")
    path = callback_url(PK).removeprefix("https://shop.example/shop")
    assert client.post(path, b"{}", content_type="application/json").status_code == 400


@pytest.mark.parametrize("url", ["https://[oops", "https://shop.example:port", "", 1])
def test_where_the_site_has_no_address_that_can_be_read_results_are_polled(base, url):
    base(url)
    assert callback_url(PK) is None
