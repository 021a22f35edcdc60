"""Every page that staff see, in both themes and at both widths: whole, in reach, for everybody."""

import pytest

from tests.shop import EVERYTHING, make_staff

from .axe import DJANGOS, LOOKS, fetch, grave_faults, look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

MORE = ("catalogue.change_product", "catalogue.view_product", "product_isolation.view_spending")
PRESETS = tuple(f"product_isolation.{verb}_preset" for verb in ("view", "add", "change"))


@pytest.fixture
def staff(transactional_db):
    return make_staff(*EVERYTHING, *MORE, *PRESETS)


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    return fetch(tmp_path_factory.mktemp("axe"))


LOADED = "Array.from(document.images).filter(i => i.loading != 'lazy' && !i.naturalWidth).length"
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.mark.sampled(4)
@LOOKS
def test_every_page_is_whole(shop, live_server, pages, theme, width):
    look(shop, theme, width)
    for name, address in pages.items():
        shop.goto(live_server.url + address, wait_until="networkidle")
        assert shop.evaluate(FITS), f"{name} is wider than the window"
        assert shop.evaluate(LOADED) == 0, f"a picture of {name} does not load"
        assert shop.locator("h1:visible").count() == 1, name


@pytest.mark.sampled(4)
@LOOKS
def test_every_page_is_open_to_everybody(browser, log_in, live_server, pages, axe, theme, width):
    faults = {}
    # The script styles what it measures, which our policy forbids as it should.
    with browser.new_context(bypass_csp=True) as context:
        page = log_in(context).new_page()
        look(page, theme, width)
        for name, address in pages.items():
            page.goto(live_server.url + address, wait_until="networkidle")
            if found := grave_faults(page, axe, DJANGOS):
                faults[name] = found
    assert faults == {}
