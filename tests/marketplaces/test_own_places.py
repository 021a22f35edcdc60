"""Places that a shop writes itself: what is wrong is said at once, and breaks no page."""

import logging
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy

from django_product_isolation.marketplaces import Meets, Place, Rule, judge, register

DAY = date(2026, 12, 1)
SQUARE = {"format": "JPEG", "width": 2600, "height": 2600, "bytes": 400_000}


@pytest.mark.parametrize(
    ("kind", "wanted", "instead"),
    [
        ("least_long_side", "3000", "'3000' is no number: write a whole number"),
        ("least_long_side", True, "True is no number"),
        ("least_long_side", 0.5, "0.5 cannot be: write a whole number above 0"),
        ("least_bytes", None, "None is no number"),
        ("most_pixels", float("-inf"), "such as 3000"),
        ("ratio", 0, "write width divided by height, such as 3 / 4"),
        ("ratio", "1:1", "write width divided by height, such as 3 / 4"),
        ("formats", None, r"write the words in brackets, such as \('JPEG',\)"),
        ("formats", "JPEG", r"write \('JPEG',\), with a comma"),
        ("formats", (), "one word or several"),
        ("formats", ("JPEG", 3), "one word or several"),
        ("formats", ("jpegg",), "'jpegg' is no format that is known: write some of JPEG, PNG"),
        ("source_type", None, "None is no list"),
        ("least_fill", float("nan"), "write a share, such as 0.85 for 85 %"),
        ("least_fill", 85, "85 is not from 0 to 1"),
        ("background", "white", "write how many levels below white"),
        ("background", -1, "-1 is not from 0 to 255"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused_with_what_to_write_instead(kind, wanted, instead):
    with pytest.raises((TypeError, ValueError), match=f"Place 'mine', rule '{kind}': .*{instead}"):
        Place("mine", "Mine", (Rule(kind, wanted),))


@pytest.mark.parametrize(
    ("days", "says"),
    [
        ({"since": "2027-01-01"}, "since='2027-01-01' is no day: write date"),
        ({"since": datetime(2027, 1, 1)}, "is no day: write date"),
        ({"until": 2027}, "until=2027 is no day"),
        ({"since": date(2027, 1, 2), "until": date(2027, 1, 1)}, "it never holds"),
    ],
)
def test_days_that_are_none_are_refused(days, says):
    with pytest.raises((TypeError, ValueError), match=f"rule 'least_long_side': .*{says}"):
        Place("mine", "Mine", (Rule("least_long_side", 3000, **days),))


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (Rule("least_long_side", 3000), "with a comma"),
        (None, "rules is None"),
        ("abc", "'a' among its rules is no Rule"),
        ([("least_long_side", 3000)], "among its rules is no Rule"),
    ],
)
def test_rules_that_are_none_are_refused(rules, says):
    with pytest.raises(TypeError, match=f"Place 'mine': .*{says}"):
        Place("mine", "Mine", rules)


@pytest.mark.parametrize(("id", "name"), [(None, "Mine"), ("", "Mine"), (["mine"], "Mine")])
def test_a_place_without_an_id_is_refused(id, name):
    with pytest.raises(TypeError, match="id is a text"):
        Place(id, name, ())


def test_a_place_without_a_name_and_what_is_no_place_are_refused():
    with pytest.raises(TypeError, match="Place 'mine': its name is a text"):
        Place("mine", None, ())
    with pytest.raises(TypeError, match="is no Place: write register"):
        register(("mine", "Mine", ()))


def test_what_can_be_meant_is_kept_as_it_is_compared():
    rules = [
        Rule("formats", ["jpg", "webp", "Tif"]),
        Rule("least_fill", Decimal("0.85")),
        Rule("most_bytes", 2.5 * 1024 * 1024),
    ]
    place = Place("mine", gettext_lazy("Marketplaces"), rules)
    assert [rule.wanted for rule in place.rules] == [("JPEG", "WEBP", "TIFF"), 0.85, 2621440]
    assert isinstance(place.rules, tuple)
    assert str(place) == "Marketplaces"
    assert judge(place, {**SQUARE, "fill": 0.9}, DAY).meets is Meets.YES


@pytest.mark.parametrize(
    "facts",
    [
        {"height": 0},
        {"width": None},
        {"width": "2600"},
        {"bytes": None},
        {"fill": float("nan")},
        {"fill": "0.9"},
        {"background": float("nan")},
        {"background": []},
        {"format": None},
        {"format": {}},
    ],
)
def test_facts_that_cannot_be_are_unchecked_and_not_held_against_the_result(facts):
    rules = [
        Rule("ratio", 1),
        Rule("least_long_side", 100),
        Rule("most_bytes", 1_000_000),
        Rule("least_fill", 0.5),
        Rule("background", 1),
        Rule("formats", ("JPEG",)),
    ]
    found = judge(
        Place("odd", "Odd", rules), {**SQUARE, "fill": 0.9, "background": 0.0, **facts}, DAY
    )
    assert (found.meets, found.missing) == (Meets.UNKNOWN, ())


def test_a_rule_that_breaks_is_unchecked_and_logged_once_with_its_place(caplog):
    place = Place("broken", "Broken", [Rule("least_long_side", 100), Rule("most_bytes", 1)])
    # As a subclass or a kind of the shop's own may have it.
    object.__setattr__(place.rules[0], "wanted", "100")
    with caplog.at_level(logging.ERROR):
        found = [judge(place, SQUARE, DAY) for _ in range(3)]
    assert found[0].unchecked == ("least_long_side",)
    assert len(found[0].missing) == 1  # the others are judged all the same
    [record] = caplog.records
    assert record.getMessage() == "place_rule_failed place=broken rule=least_long_side"
    assert record.exc_info


def test_a_rule_whose_day_is_none_is_unchecked():
    place = Place("undated", "Undated", [Rule("least_long_side", 100)])
    object.__setattr__(place.rules[0], "since", "2027-01-01")
    assert judge(place, SQUARE, DAY).unchecked == ("least_long_side",)
