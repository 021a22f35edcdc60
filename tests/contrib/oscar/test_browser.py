"""Oscar's staff at their dashboard in a real browser."""

import pytest
from django.conf import settings as django_settings
from django.test import override_settings
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from .desk import product_path, work_off
from .pixels import shows, stored_name
from .shop import EVERYTHING, images_of, make_product, make_staff, photo_bytes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(transactional_db):
    strict = [*django_settings.MIDDLEWARE, "tests.contrib.oscar.strict_policy.middleware"]
    with override_settings(MIDDLEWARE=strict):
        server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture
def staff_page(page, server):
    """A page after the dashboard's login; a script error or a broken policy fails the test."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None
    )
    page.route(lambda url: not url.startswith(server), lambda route: route.abort())
    make_staff(*EVERYTHING)
    page.goto(f"{server}/dashboard/")
    page.locator("[name=username]").fill("ann@shop.example")
    page.locator("[name=password]").fill("a password")
    page.get_by_role("button", name="Login").click()
    yield page
    assert complaints == []


def test_from_the_dashboard_to_a_clean_photo_and_back(with_runflow, staff_page, server):
    product = make_product()
    busy = images_of(product)[0].original.name
    staff_page.goto(f"{server}{product_path(product)}#product_images")
    first = staff_page.locator(".upload-image > li").first
    first.get_by_role("button", name="Isolate product").click()
    expect(staff_page.get_by_role("heading", name="Cost")).to_be_visible()
    staff_page.get_by_role("button", name="Isolate 1 image for $0.27").click()
    work_off()
    expect(staff_page.get_by_text("1 of 1 is finished.")).to_be_visible(timeout=60_000)

    staff_page.goto(f"{server}{product_path(product)}#product_images")
    expect(first.get_by_text("Applied", exact=True)).to_be_visible()
    clean = images_of(product)[0].original.name
    assert clean != busy
    shown = first.get_by_role("img", name="thumbnail")
    assert shows(stored_name(shown.get_attribute("src")), clean)

    first.get_by_role("button", name="Restore original").click()
    expect(staff_page.get_by_text("1 original is being restored.")).to_be_visible()
    staff_page.get_by_role("link", name="View progress").click()
    work_off()
    expect(staff_page.get_by_text("Original restored: 1")).to_be_visible(timeout=60_000)
    staff_page.goto(f"{server}{product_path(product)}#product_images")
    expect(first.get_by_text("Original restored", exact=True)).to_be_visible()
    assert images_of(product)[0].original.name == busy
    assert shows(stored_name(shown.get_attribute("src")), busy)


def test_oscars_own_form_works_beside_the_controls(staff_page, server):
    """Its scripts copy the last form for another upload, and number what is dragged."""
    product = make_product(images=2)
    staff_page.goto(f"{server}{product_path(product)}#product_images")
    before = staff_page.locator(".upload-image > li").count()
    file = {
        "name": "new.jpg",
        "mimeType": "image/jpeg",
        "buffer": photo_bytes("purple"),
    }
    staff_page.locator("input[type=file][name=images-2-original]").set_input_files(file)
    expect(staff_page.locator(".upload-image > li")).to_have_count(before + 1)
    staff_page.get_by_role("button", name="Save", exact=True).click()
    expect(staff_page.get_by_role("heading", name="Products", level=1)).to_be_visible()
    assert [image.caption for image in images_of(product)] == ["view 0", "view 1", ""]
