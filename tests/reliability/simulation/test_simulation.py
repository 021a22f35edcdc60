import pytest

from .broken import seen
from .machine import simulate, story_of, tell
from .shorten import kind_of, shortened, what_goes_wrong
from .totals import Totals

pytestmark = pytest.mark.long

SEED = 20261140
STEPS = 40


def test_whatever_happens_in_a_shop_the_promises_hold(world):
    totals = simulate(world, sequences=12, steps=STEPS, start=SEED)
    assert totals.counts["steps"] > 300
    assert totals.counts["POSTs accepted"] > 10
    assert totals.counts["violations"] == 0


def test_they_hold_in_the_stories_of_the_long_run_too(world):
    totals = Totals()
    for number in range(12):
        tell(world, story_of(SEED, number, STEPS), totals)
    assert totals.counts["steps"] >= 12 * (STEPS + 1)
    assert totals.counts["POSTs accepted"] > 10
    assert totals.counts["violations"] == 0


def test_a_story_is_the_same_whenever_it_is_told(world):
    told = [Totals(), Totals()]
    for totals in told:
        tell(world, story_of(SEED, 7, STEPS), totals)
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "guard",
    [
        "claim ignores the lease",
        "the callback's signature is not checked",
        "an image is another one in another list",
        "swap leaves the dimensions",
        "swap without the condition on the source",
        "prune deletes a file that is another photo now",
        "a result goes where upload_to leads",
        "what a colleague ordered meanwhile is ordered again",
        "what waits is sent under other settings",
        "another account's silence counts",
    ],
)
def test_a_broken_guard_is_seen(world, guard):
    number, violation = seen(world, guard, SEED, 60, 60)
    assert number, f"not in 60 stories: {guard}"
    assert violation


def test_a_story_that_goes_wrong_is_shortened_to_what_makes_it_go_wrong(world, monkeypatch):
    monkeypatch.setattr(
        "django_product_isolation.runflow.callbacks.signature_is_valid", lambda *_: True
    )
    story = next(
        story
        for number in range(30)
        if "I5 a forged" in what_goes_wrong(world, story := story_of(SEED, number, STEPS))
    )
    short = shortened(world, story)
    assert len(short) < 6
    assert kind_of(what_goes_wrong(world, short)) == kind_of(what_goes_wrong(world, story))
