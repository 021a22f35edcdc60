"""Filer's pages with ours on them, in a real browser: such as all people can use."""

import pytest
from django.conf import settings as django_settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from django_product_isolation import isolate
from tests.browser.axe import DJANGOS, LOOKS, fetch, grave_faults, look

from .pictures import make_folder, make_picture

pytestmark = pytest.mark.django_db(transaction=True)

# Filer's own markup: its bar, its table of files, its choice of an owner, its focal point.
FILERS = (
    ".navigator-top-nav",
    "#action-toggle",
    ".navigator-table",
    ".filer-navigator-breadcrumbs-dropdown-container",
    ".navigator-breadcrumbs-name-dropdown-wrapper",
    ".filter-search-wrapper",
    ".nav-button",
    ".select2-selection",
    ".js-focal-point-image",
)


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    return fetch(tmp_path_factory.mktemp("axe"))


@pytest.fixture
def server(transactional_db):
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def boss(page, server):
    """The browser of somebody who may do everything."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("boss"))
    session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": server}])
    return page


@LOOKS
def test_what_we_draw_has_no_grave_faults(theme, width, axe, boss, server, runflow):
    page = boss
    folder = make_folder("Cups")
    make_picture(folder)
    ordered = make_picture(folder, name="other.jpg")
    batch = isolate(ordered)
    look(page, theme, width)
    addresses = {
        "folder": reverse("admin:filer-directory_listing", args=[folder.pk]),
        "image": reverse("admin:filer_image_change", args=[ordered.pk]),
        "batch": reverse("product_isolation:progress", args=[batch.pk]),
    }
    found = {}
    for name, address in addresses.items():
        assert page.goto(server + address, wait_until="networkidle").ok, name
        found[name] = grave_faults(page, axe, (*DJANGOS, *FILERS))
    assert {name: faults for name, faults in found.items() if faults} == {}
