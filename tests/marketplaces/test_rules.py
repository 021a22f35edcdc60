"""The table of marketplaces: its numbers hold from their dates, and say where they come from."""

from datetime import date

import pytest
from django.utils import translation

from django_product_isolation.marketplaces import (
    Meets,
    Place,
    Rule,
    judge,
    known_places,
    place_called,
    register,
    unregister,
)
from django_product_isolation.marketplaces.rules import PLACES

BEFORE, SINCE = date(2027, 1, 30), date(2027, 1, 31)
# What every place of ours takes.
GOOD = {
    "format": "JPEG",
    "width": 1806,
    "height": 2600,
    "bytes": 400_000,
    "source_type": "compositeWithTrainedAlgorithmicMedia",
    "fill": 0.9,
    "background": 0.0,
}
SQUARE = {**GOOD, "width": 2600, "height": 2600}


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_each_rule_says_where_it_was_read_and_a_places_own_page_when(place):
    for rule in place.rules:
        assert rule.source.startswith("https://")
        assert rule.read_on is not None or not rule.is_own_page


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_each_place_takes_a_good_picture(place):
    picture = GOOD if place.id == "zalando" else SQUARE
    assert judge(place, picture, SINCE).meets is Meets.YES


@pytest.mark.parametrize(
    ("place", "change", "says"),
    [
        ("google", {"width": 99}, "Short side: 99 pixels, but at least 100"),
        ("google", {"width": 9000, "height": 9000}, "81.0 megapixels, but at most 64.0"),
        ("google", {"bytes": 17_000_000}, "16.2\xa0MB, but at most 16.0\xa0MB"),
        ("google", {"source_type": ""}, "does not say that a model made"),
        ("google", {"source_type": "digitalCapture"}, "does not say that a model made"),
        ("amazon", {"fill": 0.8499}, "fills 84 % of the picture, but at least 85 %"),
        ("amazon", {"background": 4.0}, "background is not white enough"),
        ("amazon", {"format": "WEBP"}, "Format: WebP, but only these are taken: JPEG, PNG"),
        ("amazon", {"width": 10_001}, "Long side: 10001 pixels, but at most 10000"),
        ("ebay", {"width": 400, "height": 499}, "Long side: 499 pixels"),
        ("zalando", {}, "Width to height: 1.00 : 1, but 1 : 1.44 is needed"),
        ("otto", {"background": 60.0}, "background"),
        ("bol", {"bytes": 9_000}, "8.8\xa0KB, but at least 30.0\xa0KB"),
        ("walmart", {"width": 2048, "height": 2048}, "2048 pixels, but at least 2200"),
    ],
)
def test_what_is_missing_is_said_in_words(place, change, says):
    found = judge(place_called(place), {**SQUARE, **change}, BEFORE)
    assert found.meets is Meets.NO
    assert says in " ".join(found.missing)


@pytest.mark.parametrize(
    ("kind", "wanted", "facts", "says"),
    [
        ("least_fill", 0.58, {"fill": 0.575}, "fills 57 % of the picture, but at least 58 %"),
        ("least_fill", 0.29, {"fill": 0.28}, "fills 28 % of the picture, but at least 29 %"),
        ("least_fill", 0.575, {"fill": 0.571}, "fills 57.1 % of the picture, but at least 57.5 %"),
        ("most_bytes", 5242880, {"bytes": 5242881}, "5,242,881 bytes, but at most 5,242,880 bytes"),
        ("least_bytes", 30720, {"bytes": 30719}, "30,719 bytes, but at least 30,720 bytes"),
        (
            "most_pixels",
            64_000_000,
            {"width": 8001, "height": 8000},
            "64.008 megapixels, but at most 64.000",
        ),
        ("ratio", 1.0, {"width": 1000, "height": 989}, "1.01 : 1, but 1.00 : 1 is needed"),
    ],
)
def test_no_sentence_contradicts_itself_by_rounding(kind, wanted, facts, says):
    place = Place("x", "X", (Rule(kind, wanted),))
    [sentence] = judge(place, {**SQUARE, **facts}, SINCE).missing
    assert says in sentence


def test_a_light_grey_background_is_enough_for_otto_only():
    grey = {**SQUARE, "background": 20.0}
    meets = {place.id: judge(place, grey, SINCE).meets for place in PLACES}
    assert meets["otto"] is Meets.YES
    assert meets["amazon"] is meets["bol"] is meets["walmart"] is Meets.NO


@pytest.mark.parametrize(
    ("day", "meets", "missing", "coming"),
    [
        (date(2026, 11, 29), Meets.YES, (), 1),
        (BEFORE, Meets.YES, (), 1),
        (SINCE, Meets.NO, ("Short side: 499 pixels, but at least 500 are needed.",), 0),
    ],
)
def test_a_number_holds_from_its_day_and_is_announced_before(day, meets, missing, coming):
    found = judge(place_called("google"), {**SQUARE, "width": 499}, day)
    assert (found.meets, found.missing, len(found.coming)) == (meets, missing, coming)
    if coming:
        assert found.coming[0].startswith("From Jan. 31, 2027: Short side: 499 pixels")


def test_what_was_not_measured_is_neither_missing_nor_there():
    facts = {name: SQUARE[name] for name in ("format", "width", "height", "bytes", "source_type")}
    found = judge(place_called("amazon"), facts, SINCE)
    assert (found.meets, found.unchecked) == (Meets.UNKNOWN, ("background", "least_fill"))
    assert judge(place_called("google"), facts, SINCE).meets is Meets.YES


def test_words_are_in_the_language_of_the_reader():
    with translation.override("de"):
        [sentence] = judge(place_called("ebay"), {"width": 400, "height": 300}, SINCE).missing
    assert sentence == "Lange Seite: 400 Pixel, gebraucht werden mindestens 500."


def test_a_shop_registers_a_place_of_its_own_and_takes_one_of_ours_out():
    ebay = place_called("ebay")
    register(Place("catalogue", "Printed catalogue", (Rule("least_long_side", 3000),)))
    unregister("ebay")
    try:
        assert known_places()[-1].name == "Printed catalogue"
        assert place_called("ebay") is None
        assert judge(known_places()[-1], SQUARE, SINCE).meets is Meets.NO
    finally:
        unregister("catalogue")
        register(ebay)


def test_a_kind_of_rule_that_does_not_exist_is_refused_at_once():
    with pytest.raises(ValueError, match="largest: choose from"):
        Rule("largest", 3000)
