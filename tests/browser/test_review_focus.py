"""Whoever decides by key or click sees the result that the next key decides about."""

import pytest
from playwright.sync_api import expect

from django_product_isolation.choices import Status
from tests.shop import make_batch, make_run
from tests.verdicts import make_judged, measures

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

SIZES = [(390, 844), (390, 1200), (1280, 844)]


@pytest.fixture
def runs(staff):
    batch = make_batch(staff)
    blurry = make_judged(name="Ashtray", batch=batch, measured=measures(label=0.1, outline=7.0))
    plain = [make_run(Status.READY, batch=batch, name=f"Cup {n}") for n in range(6)]
    return [blurry, *plain]


@pytest.fixture(params=SIZES, ids="{0[0]}x{0[1]}".format)
def queue(request, shop, live_server, runs):
    width, height = request.param
    shop.set_viewport_size({"width": width, "height": height})
    shop.goto(f"{live_server.url}/product-isolation/review/")
    expect(waiting(shop, 7)).to_be_visible()
    return shop


def waiting(page, count):
    return page.get_by_role("heading", name=f"{count} results wait for review")


def sees(page, run):
    """Whether the run's card has the focus, and its name and both pictures are in the window."""
    card = page.locator(f"#run-{run.pk}")
    expect(card).to_be_focused()
    expect(card.get_by_role("heading")).to_be_in_viewport(ratio=1)
    expect(card.locator(".isolation-frame")).to_be_in_viewport(ratio=0.9)


def test_after_each_key_the_next_result_is_in_view(queue, runs):
    queue.keyboard.press("j")
    sees(queue, runs[0])
    for left, key in ((6, "r"), (5, "a"), (4, "a"), (3, "r")):
        queue.keyboard.press(key)
        expect(waiting(queue, left)).to_be_visible()
        sees(queue, runs[7 - left])


def test_after_several_keys_at_once_the_next_result_is_in_view(queue, runs):
    for key in "jraa":
        queue.keyboard.press(key)
    expect(waiting(queue, 4)).to_be_visible()
    sees(queue, runs[3])


def test_after_a_click_on_a_result_further_down_the_next_is_in_view(queue, runs):
    for place, left in ((3, 6), (4, 5), (5, 4)):
        card = queue.locator(f"#run-{runs[place].pk}")
        card.get_by_role("button", name="Approve", exact=True).click()
        expect(waiting(queue, left)).to_be_visible()
        sees(queue, runs[place + 1])


def test_after_the_ticked_are_decided_the_next_is_in_view(queue, runs):
    for run in runs[2:5]:
        queue.get_by_role("checkbox", name=f"Select {run.label}").check()
    queue.get_by_role("button", name="Reject 3 selected").click()
    expect(waiting(queue, 4)).to_be_visible()
    sees(queue, runs[5])
