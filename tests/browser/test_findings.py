"""What was found in a result, marked in a real browser: the switch, its key, and what is meant."""

import pytest
from playwright.sync_api import expect

from django_product_isolation.choices import Status
from tests.shop import RUNS, make_batch, make_run
from tests.verdicts import make_judged, measures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

QUEUE = "/product-isolation/review/"
TEXT = "Text, a logo or a pattern may differ from your photo."


@pytest.fixture
def run(staff):
    batch = make_batch(staff)
    make_judged(name="Cup", batch=batch)
    make_run(Status.READY, name="Pot", batch=batch)
    return make_judged(name="Bowl", batch=batch, measured=measures(label=0.1, outline=7.0))


@pytest.fixture
def queue(shop, live_server, run):
    shop.goto(live_server.url + QUEUE)
    expect(shop.get_by_role("heading", name="3 results wait for review")).to_be_visible()
    return shop


def marks(page, run):
    return page.locator(f"#run-{run.pk} .isolation-marks, .isolation-run .isolation-marks")


def test_both_pictures_are_marked_until_the_switch_or_its_key_is_used(queue, run):
    expect(marks(queue, run)).to_have_count(2)
    expect(marks(queue, run).first).to_be_visible()
    queue.keyboard.press("m")
    expect(queue.get_by_role("checkbox", name="Mark findings")).not_to_be_checked()
    expect(marks(queue, run).first).to_be_hidden()
    queue.get_by_role("checkbox", name="Mark findings").check()
    expect(marks(queue, run).last).to_be_visible()


def test_a_mark_lies_where_the_finding_is(queue, run):
    """Also where a picture is wider than high, and leaves some of its frame empty."""
    queue.set_viewport_size({"width": 1280, "height": 900})
    frame = queue.locator(f"#run-{run.pk} .isolation-stage").bounding_box()
    box = queue.locator(f"#run-{run.pk}-label_differs-result rect").last.bounding_box()
    assert (box["x"] - frame["x"]) / frame["width"] == pytest.approx(0.3, abs=0.02)
    assert (box["y"] - frame["y"]) / frame["height"] == pytest.approx(0.4, abs=0.02)
    assert box["width"] / frame["width"] == pytest.approx(0.4, abs=0.03)
    # A sixth of the frame is empty above the source.
    box = queue.locator(f"#run-{run.pk}-label_differs-source rect").last.bounding_box()
    assert (box["y"] - frame["y"]) / frame["height"] == pytest.approx(1 / 6 + 0.2, abs=0.02)


def test_a_mark_stays_in_its_place_in_a_zoomed_picture(queue, run):
    queue.locator(f"#run-{run.pk}").get_by_role("button", name="Zoom").click()
    picture = queue.locator(f"#run-{run.pk} figure").last.bounding_box()
    box = queue.locator(f"#run-{run.pk}-label_differs-result rect").last.bounding_box()
    # 40 pixels a side stand in the middle of 1200.
    left = picture["x"] + picture["width"] / 2 - 20 + 0.3 * 40
    assert box["x"] == pytest.approx(left, abs=3)


def test_what_a_sentence_is_about_stands_out_while_it_is_pointed_at_or_has_the_focus(queue, run):
    pointed = queue.locator(".isolation-pointed")
    expect(pointed).to_have_count(0)
    sentence = queue.get_by_role("link", name=TEXT)
    sentence.hover()
    expect(pointed).to_have_count(2)
    queue.get_by_role("heading", name="3 results wait for review").hover()
    expect(pointed).to_have_count(0)
    sentence.focus()
    expect(pointed).to_have_count(2)
    queue.get_by_role("checkbox", name="Mark findings").focus()
    expect(pointed).to_have_count(0)


def test_a_sentence_that_is_chosen_by_key_keeps_the_focus(queue, run):
    sentence = queue.get_by_role("link", name=TEXT)
    sentence.focus()
    queue.keyboard.press("Enter")
    expect(sentence).to_be_focused()
    expect(queue.locator(f"#run-{run.pk} .isolation-stage")).to_be_in_viewport()
    queue.keyboard.press("a")
    expect(queue.get_by_role("heading", name="2 results wait for review")).to_be_visible()


def test_on_a_phone_the_numbers_of_a_finding_stand_beneath_one_another(shop, live_server, run):
    shop.set_viewport_size({"width": 390, "height": 844})
    shop.goto(f"{live_server.url}/product-isolation/findings/")
    table = shop.locator(".isolation-tallies")
    assert table.evaluate("t => t.parentElement.scrollWidth <= t.parentElement.clientWidth")
    for cell in table.locator("tbody tr").first.locator("td").all():
        assert cell.evaluate("c => c.getBoundingClientRect().right <= innerWidth")


def test_the_page_of_a_run_marks_both_pictures_too(shop, live_server, run):
    shop.goto(f"{live_server.url}{RUNS}{run.pk}/change/")
    expect(marks(shop, run)).to_have_count(2)
    shop.get_by_role("link", name=TEXT).hover()
    expect(shop.locator(".isolation-pointed")).to_have_count(2)
    shop.get_by_role("checkbox", name="Mark findings").uncheck()
    expect(marks(shop, run).first).to_be_hidden()


def test_without_scripts_pictures_are_marked_and_a_sentence_leads_to_its_mark(
    browser, log_in, live_server, run
):
    with browser.new_context(java_script_enabled=False) as context:
        page = log_in(context).new_page()
        page.goto(live_server.url + QUEUE)
        expect(marks(page, run).first).to_be_visible()
        page.get_by_role("link", name=TEXT).click()
        expect(page).to_have_url(f"{live_server.url}{QUEUE}#run-{run.pk}-label_differs-result")
        page.get_by_role("checkbox", name="Mark findings").uncheck()
        expect(marks(page, run).first).to_be_hidden()


def test_all_without_findings_are_approved_by_one_button(queue, run):
    queue.get_by_role("button", name="Approve 1 without findings").click()
    expect(queue.get_by_role("status").filter(has_text="1 result approved.")).to_be_visible()
    expect(queue.get_by_role("heading", name="2 results wait for review")).to_be_visible()
    expect(queue.get_by_role("button", name="without findings")).to_have_count(0)


def test_the_batch_page_approves_them_without_losing_its_place(shop, live_server, run):
    shop.goto(f"{live_server.url}/product-isolation/batches/{run.batch_id}/")
    loaded = shop.evaluate("performance.timeOrigin")
    expect(shop.get_by_role("link", name="Text or pattern differs: 1")).to_be_visible()
    shop.get_by_role("button", name="Approve 1 without findings").click()
    expect(shop.get_by_text("1 result approved.")).to_be_visible()
    assert shop.evaluate("performance.timeOrigin") == loaded


@pytest.mark.parametrize("colours", ["active", "none"])
def test_marks_are_seen_in_forced_colours(queue, run, colours):
    queue.emulate_media(forced_colors=colours)
    line = "e => getComputedStyle(e).stroke"
    rectangles = queue.locator(f"#run-{run.pk}-label_differs-result rect")
    inner, edge = rectangles.last.evaluate(line), rectangles.first.evaluate(line)
    assert "none" not in (inner, edge)
    assert inner != edge
