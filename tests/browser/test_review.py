"""The review queue in a real browser: comparing and deciding, by key, in bulk, without scripts."""

import pytest
from playwright.sync_api import expect

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from tests.shop import make_batch, make_run, status_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

QUEUE = "/product-isolation/review/"


@pytest.fixture
def runs(staff):
    batch = make_batch(staff)
    return [
        make_run(Status.READY, batch=batch, name=name) for name in ("Bowl", "Cup", "Jug", "Pot")
    ]


@pytest.fixture
def queue(shop, live_server, runs):
    shop.goto(live_server.url + QUEUE)
    expect(shop.get_by_role("heading", name="4 results wait for review")).to_be_visible()
    return shop


def card(page, run):
    return page.locator(f"#run-{run.pk}")


def edge(page, run) -> float:
    """Where the picture before ends, in percent of the width."""
    style = "getComputedStyle(e).clipPath"
    clip = card(page, run).locator("figure").first.evaluate(f"e => {style}")
    return 100 - float(clip.split()[1].removesuffix("%"))


def test_results_are_approved_one_by_one_and_the_next_has_the_focus(queue, runs):
    loaded = queue.evaluate("performance.timeOrigin")
    queue.keyboard.press("j")
    expect(card(queue, runs[0])).to_be_focused()
    queue.keyboard.press("a")
    expect(card(queue, runs[1])).to_be_focused()
    queue.keyboard.press("r")
    expect(card(queue, runs[2])).to_be_focused()
    expect(queue.get_by_role("heading", name="2 results wait for review")).to_be_visible()
    expect(card(queue, runs[0])).to_have_count(0)
    expect(card(queue, runs[2])).to_be_focused()
    expect(queue.get_by_role("status").filter(has_text="1 result rejected.")).to_be_visible()
    approved, rejected = (IsolationRun.objects.get(pk=run.pk) for run in runs[:2])
    assert (approved.review, approved.due_at is None) == (False, False)
    assert rejected.status == Status.REJECTED
    assert queue.evaluate("performance.timeOrigin") == loaded


def test_the_first_key_only_goes_to_the_first_result(queue, runs):
    queue.keyboard.press("r")
    expect(card(queue, runs[0])).to_be_focused()
    queue.wait_for_timeout(200)
    assert status_of(runs[0]) == Status.READY


def test_whoever_writes_a_note_decides_nothing(queue, runs):
    queue.keyboard.press("j")
    queue.keyboard.press("n")
    note = card(queue, runs[0]).get_by_label("Note")
    expect(note).to_be_focused()
    queue.keyboard.type("rar jar")
    queue.keyboard.press("Enter")
    queue.wait_for_timeout(200)
    assert {status_of(run) for run in runs} == {Status.READY}
    assert IsolationRun.objects.filter(review=True).count() == 4
    queue.keyboard.press("Escape")
    expect(card(queue, runs[0])).to_be_focused()
    queue.keyboard.press("r")
    expect(card(queue, runs[0])).to_have_count(0)
    assert RunEvent.objects.get(status=Status.REJECTED).detail == "rar jar"


def test_keys_can_be_switched_off(queue, runs):
    queue.get_by_role("checkbox", name="Keyboard shortcuts").uncheck()
    card(queue, runs[0]).focus()
    queue.keyboard.press("r")
    queue.wait_for_timeout(200)
    assert status_of(runs[0]) == Status.READY
    queue.get_by_role("checkbox", name="Keyboard shortcuts").check()
    card(queue, runs[0]).focus()
    queue.keyboard.press("Control+a")
    queue.wait_for_timeout(200)
    assert IsolationRun.objects.filter(review=True).count() == 4


def test_the_edge_between_before_and_after_slides(queue, runs):
    assert edge(queue, runs[0]) == 50
    slider = card(queue, runs[0]).get_by_role("slider")
    expect(slider).to_have_accessible_name(
        "Bowl: percentage of the width that shows the picture before"
    )
    slider.fill("20")
    assert edge(queue, runs[0]) == 20
    queue.keyboard.press("j")
    card(queue, runs[0]).focus()
    queue.keyboard.press("ArrowLeft")
    assert edge(queue, runs[0]) == 30
    assert edge(queue, runs[1]) == 50


def test_zoom_shows_the_large_picture_pixel_by_pixel(queue, runs):
    shown = card(queue, runs[0])
    button = shown.get_by_role("button", name="Zoom")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    for picture in shown.get_by_role("img").all():
        assert "size=1200" in picture.get_attribute("src")
    frame = shown.get_by_role("group")
    assert frame.evaluate("f => [f.scrollWidth, f.tabIndex]") == [1200, 0]
    assert frame.evaluate("f => f.scrollLeft > 0 && f.scrollTop > 0")
    shown.focus()
    queue.keyboard.press("z")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert frame.evaluate("f => f.scrollWidth <= f.clientWidth && f.tabIndex === -1")
    frame.click()
    expect(button).to_have_attribute("aria-pressed", "true")


def test_the_background_can_be_checkered(queue, runs):
    background = "e => getComputedStyle(e).backgroundImage"
    figure = card(queue, runs[0]).locator("figure").first
    assert figure.evaluate(background) == "none"
    queue.keyboard.press("g")
    assert "conic-gradient" in figure.evaluate(background)


def test_ticked_results_are_approved_together(queue, runs):
    together = queue.get_by_role("group", name="All selected results")
    expect(together.get_by_role("button", name="Approve selected")).to_be_disabled()
    queue.get_by_role("checkbox", name="Select Cup").check()
    everything = queue.get_by_role("checkbox", name="All on this page")
    expect(everything).to_have_js_property("indeterminate", True)
    everything.check()
    expect(together.get_by_role("button", name="Reject 4 selected")).to_be_enabled()
    queue.get_by_role("checkbox", name="Select Pot").uncheck()
    together.get_by_role("button", name="Approve 3 selected").click()
    expect(queue.get_by_role("status").filter(has_text="3 results approved.")).to_be_visible()
    expect(queue.get_by_role("heading", name="1 result waits for review")).to_be_visible()
    expect(card(queue, runs[3])).to_be_focused()
    assert IsolationRun.objects.get(review=True) == runs[3]


def test_after_the_last_result_the_page_says_that_nothing_waits(shop, live_server, staff):
    run = make_run(Status.READY)
    shop.goto(live_server.url + QUEUE)
    card(shop, run).get_by_role("button", name="Approve").click()
    heading = shop.get_by_role("heading", name="Nothing waits for review")
    expect(heading).to_be_focused()


def test_what_was_refused_is_shown_again(queue, runs):
    IsolationRun.objects.filter(pk=runs[0].pk).update(status=Status.APPLIED, active_key=None)
    card(queue, runs[0]).get_by_role("button", name="Approve").click()
    expect(queue.get_by_text("Bowl does not wait for review.")).to_be_visible()
    expect(queue.locator("[aria-busy]")).to_have_count(0)


def test_a_redo_takes_the_note_to_the_confirm_page(queue, runs):
    card(queue, runs[1]).get_by_label("Note").fill("without the saucer")
    card(queue, runs[1]).focus()
    queue.keyboard.press("e")
    expect(queue.get_by_role("heading", name="Cost")).to_be_visible()
    assert "without the saucer" in queue.get_by_label("What to isolate").first.input_value()
    assert status_of(runs[1]) == Status.READY
    queue.go_back()
    expect(queue.get_by_role("heading", name="4 results wait for review")).to_be_visible()


def test_without_scripts_the_forms_do_the_same(browser, log_in, live_server, runs):
    with browser.new_context(java_script_enabled=False) as context:
        page = log_in(context).new_page()
        page.goto(live_server.url + QUEUE)
        expect(page.get_by_role("slider")).to_have_count(0)
        before, after = (card(page, runs[0]).get_by_role("img").nth(n) for n in (0, 1))
        assert before.bounding_box()["x"] < after.bounding_box()["x"]
        page.get_by_label("Note").first.fill("too dark")
        page.get_by_label("Note").first.press("Enter")
        expect(page).to_have_url(live_server.url + QUEUE)
        card(page, runs[0]).get_by_role("button", name="Reject").click()
        expect(page.get_by_text("1 result rejected.")).to_be_visible()
        page.get_by_role("link", name="Select all on this page").click()
        page.get_by_role("button", name="Approve selected").click()
        expect(page.get_by_text("3 results approved.")).to_be_visible()
        expect(page.get_by_role("heading", name="Nothing waits for review")).to_be_visible()
    assert RunEvent.objects.get(status=Status.REJECTED).detail == "too dark"


@pytest.mark.sampled(4)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_queue_fits_the_window_and_hides_no_focused_result(
    shop, live_server, staff, theme, width
):
    batch = make_batch(staff)
    names = [f"A very patiently hand-painted cup, number {n}" for n in range(5)]
    runs = [make_run(Status.READY, batch=batch, name=name) for name in names]
    shop.emulate_media(color_scheme=theme, reduced_motion="reduce")
    shop.set_viewport_size({"width": width, "height": 844})
    shop.goto(live_server.url + QUEUE)
    for run in runs:
        shop.keyboard.press("j")
        expect(card(shop, run)).to_be_focused()
    shop.keyboard.press("x")
    assert shop.evaluate("document.documentElement.scrollWidth <= innerWidth")
    approve = card(shop, runs[-1]).get_by_role("button", name="Approve", exact=True)
    bar = shop.get_by_role("group", name="All selected results").bounding_box()
    button = approve.bounding_box()
    assert button["y"] + button["height"] <= bar["y"]


def test_a_failed_run_is_tried_again_at_the_price_on_its_button(shop, live_server, staff):
    run = make_run(Status.FAILED)
    shop.goto(f"{live_server.url}/product-isolation/batches/{run.batch_id}/")
    shop.get_by_role("button", name="Try again for $0.27").dblclick()
    expect(shop).not_to_have_url(f"{live_server.url}/product-isolation/batches/{run.batch_id}/")
    expect(shop.get_by_role("heading", name="Isolation of 1 image")).to_be_visible()
    newer = IsolationRun.objects.get(status=Status.QUEUED)
    assert str(newer.batch_id) in shop.url
    shop.go_back()
    expect(shop.get_by_role("link", name="See the newer run")).to_be_visible()
