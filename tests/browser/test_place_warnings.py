"""What marketplaces will not take, on the confirm page in a real browser."""

import pytest
from playwright.sync_api import expect

from django_product_isolation.models import IsolationBatch
from tests.photos import make_image

from .test_confirm import is_covered, make_page

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_a_refused_click_leads_to_what_marketplaces_do_not_take(shop, live_server, width, height):
    shop.set_viewport_size({"width": width, "height": height})
    shop.goto(make_page(live_server, [make_image(f"Cup {n}") for n in range(30)]))
    shop.get_by_role("checkbox", name="OTTO Market").check()
    shop.get_by_role("button", name="Isolate 30 images for $8.10").click()
    alert = shop.get_by_role("alert")
    expect(alert).to_contain_text("Nothing was ordered yet")
    expect(alert).to_be_in_viewport()
    warning = shop.locator("#isolation-place-warnings")
    for place in (alert, shop.locator(".isolation-go")):
        shop.evaluate("scrollTo(0, 0)")
        place.get_by_role("link", name="1 marketplace may not take the results").click()
        expect(warning).to_be_in_viewport(ratio=1)
        expect(warning).to_be_focused()
        assert not is_covered(warning)
    assert not IsolationBatch.objects.exists()
    shop.get_by_role("button", name="Isolate 30 images for $8.10").click()
    expect(shop.get_by_role("heading", name="Isolation of 30 images")).to_be_visible()
    assert IsolationBatch.objects.get().places == ["otto"]
