"""Wagtail's admin in a real browser: what its list offers to whom, and pages that all can use."""

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from django_product_isolation.choices import Status
from django_product_isolation.contrib.wagtail.frame import page as page_of
from tests.browser.axe import LOOKS, fetch, grave_faults, look

from .shop import bulk, editor_of, make_run

pytestmark = pytest.mark.django_db(transaction=True)

WAGTAILS = (".ui-autocomplete-input",)  # its field for tags, which has no label


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    return fetch(tmp_path_factory.mktemp("axe"))


@pytest.fixture
def server(transactional_db):
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def log_in(page, server):
    """Let the browser in as somebody."""

    def into(user):
        client = Client()
        client.force_login(user)
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": server}])
        return page

    return into


@pytest.mark.parametrize(
    ("ours", "offered"),
    [
        ("isolate_image", ["Isolate product"]),
        ("restore_image", ["Restore original"]),
        ("view_isolationrun", []),
    ],
)
def test_the_list_offers_the_actions_that_people_have_a_permission_for(
    ours, offered, log_in, server, picture, collections
):
    page = log_in(editor_of(collections["cups"], "change", ours=(ours,)))
    page.goto(f"{server}/admin/images/")
    page.locator(f"[data-object-id='{picture.pk}']").first.check()
    choices = page.locator("[data-bulk-action-footer]")
    expect(choices.get_by_role("link").first).to_be_visible()
    buttons = {name: choices.get_by_text(name) for name in ("Isolate product", "Restore original")}
    assert [name for name, button in buttons.items() if button.is_visible()] == offered


@pytest.fixture
def addresses(client, editor, picture):
    """Our pages in Wagtail's frame, and those of its own on which we draw something."""
    spending = Permission.objects.get(codename="view_spending")
    editor.user_permissions.add(spending)
    run = make_run(picture, Status.READY)
    confirm = client.get(bulk("isolate_product", picture))["Location"]
    return {
        "list": "/admin/images/",
        "image": reverse("wagtailimages:edit", args=[picture.pk]),
        "restore": bulk("restore_original", picture),
        "confirm": confirm,
        "review": page_of("review"),
        "runs": page_of("runs"),
        "spending": page_of("spending"),
        "batch": page_of("progress", run.batch_id),
    }


@LOOKS
def test_no_page_has_grave_faults(theme, width, axe, log_in, server, editor, addresses):
    page = log_in(editor)
    look(page, theme, width)
    found = {}
    for name, address in addresses.items():
        assert page.goto(server + address, wait_until="networkidle").ok, name
        assert page.url == server + address, name
        found[name] = grave_faults(page, axe, WAGTAILS)
    assert {name: faults for name, faults in found.items() if faults} == {}
