"""Every page that staff see, in both themes and at both widths: whole, in reach, for everybody."""

import pytest
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import Preset, Selection
from tests.admin.shop import (
    BATCHES,
    CHANGELIST,
    EVERYTHING,
    RUNS,
    make_batch,
    make_run,
    make_staff,
)
from tests.photos import make_image

from .axe import fetch, grave_faults

pytestmark = pytest.mark.django_db(transaction=True)

MORE = ("catalogue.change_product", "catalogue.view_product", "product_isolation.view_spending")
PRESETS = tuple(f"product_isolation.{verb}_preset" for verb in ("view", "add", "change"))
# Django's own markup, as its admin draws it on every page of a shop.
DJANGOS = (
    ".breadcrumbs",
    "#header",
    "#nav-sidebar",
    "#toggle-nav-sidebar",
    "#changelist-search",
    "#changelist-filter",
    "#logout-form",
)


@pytest.fixture
def staff(transactional_db):
    return make_staff(*EVERYTHING, *MORE, *PRESETS)


@pytest.fixture(scope="session")
def axe(tmp_path_factory):
    return fetch(tmp_path_factory.mktemp("axe"))


@pytest.fixture
def pages(staff):
    """The address of each page, with something of every kind on it."""
    batch = make_batch(staff)
    runs = {
        status: make_run(status, batch=batch, name=f"A patiently hand-painted cup, {status}")
        for status in Status
    }
    chosen = [make_image(f"Pot {n}") for n in range(3)]
    selection = Selection.objects.create(
        created_by=staff,
        model_label="catalogue.productimage",
        site_name="admin",
        object_pks=[str(image.pk) for image in chosen],
        chosen=len(chosen),
    )
    preset = Preset.objects.create(name="White ground")
    presets = "/admin/product_isolation/preset/"
    return {
        "list of images": CHANGELIST,
        "image": f"{CHANGELIST}{runs[Status.APPLIED].object_pk}/change/",
        "confirm": reverse("product_isolation:confirm", args=[selection.pk]),
        "batch": reverse("product_isolation:progress", args=[batch.pk]),
        "review": reverse("product_isolation:review"),
        "spending": reverse("product_isolation:spending"),
        "list of runs": RUNS,
        "run": f"{RUNS}{runs[Status.FAILED].pk}/change/",
        "list of batches": BATCHES,
        "list of presets": presets,
        "preset": f"{presets}{preset.pk}/change/",
        "index": "/admin/product_isolation/",
    }


LOADED = "Array.from(document.images).filter(i => i.loading != 'lazy' && !i.naturalWidth).length"
FITS = "document.documentElement.scrollWidth <= innerWidth"
LOOKS = pytest.mark.parametrize(
    ("theme", "width"), [("light", 390), ("dark", 390), ("light", 1280), ("dark", 1280)]
)


def look(page, theme: str, width: int) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 844})


@LOOKS
def test_every_page_is_whole(shop, live_server, pages, theme, width):
    look(shop, theme, width)
    for name, address in pages.items():
        shop.goto(live_server.url + address, wait_until="networkidle")
        assert shop.evaluate(FITS), f"{name} is wider than the window"
        assert shop.evaluate(LOADED) == 0, f"a picture of {name} does not load"
        assert shop.locator("h1:visible").count() == 1, name


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
