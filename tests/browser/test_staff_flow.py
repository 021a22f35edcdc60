"""The staff's way in a real browser: tick, confirm, watch, decide."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from tests.photos import make_image
from tests.shop import (
    BATCHES,
    CHANGELIST,
    RUNS,
    image_of,
    make_batch,
    make_due,
    make_run,
    put_originals_back,
    status_of,
)
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db(transaction=True)


def batch_page(live_server, batch) -> str:
    return live_server.url + reverse("product_isolation:progress", args=[batch.pk])


def open_confirm_page(shop, live_server):
    shop.goto(live_server.url + CHANGELIST)
    shop.check("#action-toggle")
    shop.select_option("select[name=action]", "isolate_product")
    shop.click("button[name=index]")
    expect(shop.get_by_role("heading", name="Cost")).to_be_visible()


def test_from_the_tick_to_the_batch_page(shop, live_server):
    for name in ("Cup", "Pot"):
        make_image(name)
    ProductImage.objects.create(product=Product.objects.create(name="Gift card"))
    open_confirm_page(shop, live_server)
    expect(shop.get_by_text("Gift card has no image yet.")).to_be_visible()
    pictures = shop.locator(".isolation-grid img")
    expect(pictures).to_have_count(2)
    for picture in pictures.all():
        expect(picture).to_have_js_property("naturalWidth", 120)
    shop.get_by_label("4:5").check(force=True)
    shop.get_by_label("What to isolate").fill("the {product}")
    shop.get_by_role("button", name="Isolate 2 images for $0.54").click()
    expect(shop.get_by_role("heading", name="Isolation of 2 images")).to_be_visible()
    batch = IsolationBatch.objects.get()
    assert shop.url == batch_page(live_server, batch)
    assert batch.aspect_ratio == "4:5"
    assert set(batch.runs.values_list("prompt", flat=True)) == {"the Cup", "the Pot"}


@pytest.mark.long
def test_a_double_click_orders_once(shop, live_server):
    make_image("Cup")
    open_confirm_page(shop, live_server)
    shop.get_by_role("button", name="Isolate 1 image for $0.27").dblclick()
    expect(shop.get_by_role("heading", name="Isolation of 1 image")).to_be_visible()
    assert IsolationBatch.objects.count() == IsolationRun.objects.count() == 1


@pytest.mark.long
def test_the_batch_page_follows_by_itself_and_keeps_the_focus(shop, live_server):
    batch = make_batch()
    run = make_run(Status.READY, batch=batch, review=False, name="Cup")
    make_due(run)
    other = make_run(Status.HELD, batch=batch, name="Pot")
    shop.goto(batch_page(live_server, batch))
    expect(shop.get_by_text("Being published", exact=True)).to_be_visible()
    loaded = shop.evaluate("performance.timeOrigin")
    details = shop.locator(f"#run-{run.pk}-details")
    details.focus()
    IsolationRun.objects.filter(pk=run.pk).update(status=Status.APPLIED, due_at=None)
    expect(shop.locator(f"#run-{run.pk}").get_by_text("Applied")).to_be_visible()
    expect(details).to_be_focused()
    expect(shop.get_by_role("status").filter(has_text="1 of 2")).to_contain_text(
        "1 of 2 is finished. 1 needs a decision."
    )
    assert shop.evaluate("performance.timeOrigin") == loaded
    expect(shop.locator("[data-live]")).to_have_count(0)
    assert status_of(other) == Status.HELD


@pytest.mark.long
def test_when_nothing_moves_any_more_the_page_is_left_alone(shop, live_server):
    run = make_run(Status.PROCESSING)
    make_due(run)
    shop.clock.install()
    asked = []
    shop.on("request", lambda r: asked.append(r) if r.resource_type == "fetch" else None)
    shop.goto(batch_page(live_server, run.batch))
    IsolationRun.objects.filter(pk=run.pk).update(status=Status.CANCELLED, due_at=None)
    shop.clock.run_for(2500)
    expect(shop.get_by_text("Cancelled", exact=True)).to_be_visible()
    shop.clock.run_for(60_000)
    assert len(asked) == 1


@pytest.mark.long
def test_a_server_in_trouble_is_asked_less_and_less_often(shop, live_server):
    run = make_run(Status.PROCESSING)
    make_due(run)
    shop.clock.install()
    shop.goto(batch_page(live_server, run.batch))
    asked = []

    def refuse(route):
        asked.append(route.request.url)
        route.fulfill(status=503, body="")

    shop.route("**/batches/**", refuse)
    for _ in range(60):
        shop.clock.run_for(1000)
        shop.wait_for_timeout(5)
    assert 3 <= len(asked) <= 6
    shop.unroute("**/batches/**")
    IsolationRun.objects.filter(pk=run.pk).update(status=Status.CANCELLED, due_at=None)
    shop.clock.run_for(60_000)
    expect(shop.get_by_text("Cancelled", exact=True)).to_be_visible()


@pytest.mark.long
def test_a_decision_keeps_the_readers_place(shop, live_server):
    batch = make_batch()
    runs = [make_run(Status.APPLIED, batch=batch, name=f"Cup {n:02}") for n in range(9)]
    shop.set_viewport_size({"width": 390, "height": 700})
    shop.goto(batch_page(live_server, batch))
    loaded = shop.evaluate("performance.timeOrigin")
    restore = shop.locator(f"#run-{runs[-1].pk}-restore")
    restore.scroll_into_view_if_needed()
    place = shop.evaluate("scrollY")
    assert place > 0
    restore.click()
    expect(shop.get_by_text("1 original is being restored.")).to_be_in_viewport()
    expect(shop.locator(f"#run-{runs[-1].pk}")).to_contain_text("Restoring")
    expect(shop.locator(f"#run-{runs[-1].pk} a").first).to_be_focused()
    put_originals_back()
    expect(shop.locator(f"#run-{runs[-1].pk}")).to_contain_text("Original restored")
    assert abs(shop.evaluate("scrollY") - place) < 100
    assert shop.evaluate("performance.timeOrigin") == loaded
    assert image_of(runs[-1]).original.name == runs[-1].source_name
    assert status_of(runs[0]) == Status.APPLIED


@pytest.mark.long
def test_without_javascript_the_page_reloads_and_decisions_work(browser, log_in, live_server):
    run = make_run(Status.PROCESSING)
    make_due(run)
    with browser.new_context(java_script_enabled=False) as context:
        page = log_in(context).new_page()
        page.goto(batch_page(live_server, run.batch))
        with page.expect_request(lambda r: r.is_navigation_request(), timeout=15_000):
            pass
        page.get_by_role("button", name="Stop waiting").click()
        expect(page.get_by_text("1 run stopped.")).to_be_visible()
    assert status_of(run) == Status.CANCELLED


@pytest.mark.long
def test_the_run_list_and_the_runs_page_decide_too(shop, live_server):
    run = make_run(Status.READY, name="Cup")
    shop.goto(live_server.url + RUNS)
    shop.get_by_role("link", name="Cup").click()
    expect(shop.get_by_role("img", name="Cup, after")).to_be_visible()
    shop.get_by_role("button", name="Reject").click()
    expect(shop.get_by_text("1 result rejected.")).to_be_visible()
    assert status_of(run) == Status.REJECTED


@pytest.mark.long
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_window(shop, live_server, theme, width):
    batch = make_batch()
    for n, status in enumerate(Status):
        make_run(status, batch=batch, name=f"A very patiently hand-painted cup, number {n}")
    run = batch.runs.get(status=Status.READY)
    make_image("Another cup")
    shop.emulate_media(color_scheme=theme)
    shop.set_viewport_size({"width": width, "height": 844})
    addresses = [
        batch_page(live_server, batch),
        f"{live_server.url}{RUNS}{run.pk}/change/",
        live_server.url + BATCHES,
    ]
    for address in addresses:
        shop.goto(address)
        assert shop.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    open_confirm_page(shop, live_server)
    assert shop.evaluate("document.documentElement.scrollWidth <= innerWidth")
