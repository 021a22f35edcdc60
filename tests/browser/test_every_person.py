"""Each kind of staff on every page: what is theirs is open and has its buttons, nothing else is."""

import pytest

from tests.shop import CHANGE, ISOLATE, RESTORE, REVIEW, VIEW, VIEW_RUNS, make_staff

from .test_every_page import FITS, look

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

BUTTONS = ("Isolate product", "Isolate 3 images", "Stop waiting", "Approve", "Restore original")
PEOPLE = {
    "nothing": (),
    "view": (VIEW,),
    "isolate": (VIEW, CHANGE, ISOLATE),
    "review": (VIEW, CHANGE, REVIEW, VIEW_RUNS),
    "restore": (VIEW, CHANGE, RESTORE),
    "watch": (VIEW, VIEW_RUNS),
    "money": ("product_isolation.view_spending",),
    "presets": ("product_isolation.view_preset", "product_isolation.change_preset"),
}
IMAGES = {"list of images": set(), "image": set()}
RECORDS = ("batch", "list of runs", "run", "run with findings", "list of batches", "index")
WATCHING = {name: set() for name in (*RECORDS, "findings")}
# The pages that are open to each of them, and which of the buttons stand on them.
OPEN = {
    "nothing": {},
    "view": IMAGES,
    "isolate": {
        **WATCHING,
        "list of images": {"Isolate product"},
        "image": {"Isolate product"},
        "confirm": {"Isolate 3 images"},
        "batch": {"Stop waiting"},
        "list of runs": {"Stop waiting"},
    },
    "review": {
        **IMAGES,
        **WATCHING,
        "review": {"Approve"},
        "batch": {"Approve"},
        "list of runs": {"Approve"},
        "run with findings": {"Approve"},
    },
    "restore": {"list of images": {"Restore original"}, "image": {"Restore original"}},
    "watch": {**IMAGES, **WATCHING},
    "money": {"spending": set()},
    "presets": {"list of presets": set(), "preset": set(), "index": set()},
}
LOOKS = [("light", 1280, True), ("dark", 390, False)]


@pytest.mark.sampled(12)
@pytest.mark.parametrize(("theme", "width", "javascript"), LOOKS)
@pytest.mark.parametrize("person", PEOPLE)
def test_every_page_is_for_those_who_may(
    browser, log_in, live_server, pages, person, theme, width, javascript
):
    user, found = make_staff(*PEOPLE[person], name=person), {}
    with browser.new_context(java_script_enabled=javascript) as context:
        page = log_in(context, user).new_page()
        look(page, theme, width)
        for name, address in pages.items():
            if page.goto(live_server.url + address, wait_until="load").status == 200:
                found[name] = buttons_on(page)
                assert page.evaluate(FITS), f"{name} is wider than the window"
    assert found == OPEN[person]


def buttons_on(page) -> set[str]:
    """Which of BUTTONS can be seen, as buttons or among a list's actions."""
    choices = page.locator("button:visible, input[type=submit]:visible, option").all()
    drawn = [f"{choice.inner_text() or choice.get_attribute('value')}" for choice in choices]
    return {name for name in BUTTONS if any(text.startswith(name) for text in drawn)}
