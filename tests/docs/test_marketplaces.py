"""The page about marketplaces lists the rules that are in the code, and how to add a place."""

from datetime import date

from django_product_isolation.marketplaces import Meets, judge, place_called, unregister
from django_product_isolation.marketplaces.kinds import KINDS
from django_product_isolation.marketplaces.rules import PLACES
from tests.docs.pages import named, table
from tests.docs.test_examples import run


def rows() -> list[list[str]]:
    """A row for each rule, as the page has them."""
    return [
        [
            f"`{place.id}`",
            place.name,
            f"`{rule.kind}`",
            shown(rule.wanted),
            days(rule.since, rule.until),
            f"[{'its own' if rule.is_own_page else 'second hand'}]({rule.source})",
            str(rule.read_on or "unknown"),
        ]
        for place in PLACES
        for rule in place.rules
    ]


def shown(wanted) -> str:
    if isinstance(wanted, tuple):
        return ", ".join(wanted)
    return f"{wanted:.4g}" if isinstance(wanted, float) else str(wanted)


def days(since: date | None, until: date | None) -> str:
    words = (f"from {since}" if since else "", f"until {until}" if until else "")
    return " ".join(filter(None, words))


def test_the_table_has_every_rule_with_its_page_and_its_day():
    assert table("marketplaces.md", "marketplaces") == rows()


def test_the_kinds_of_rules_are_told():
    assert named("marketplaces.md", "kinds of rules") == list(KINDS)


def test_a_place_of_the_shop_is_added_in_five_lines():
    run("own marketplace")
    try:
        place = place_called("catalogue")
        found = judge(place, {"format": "WEBP", "width": 2048, "height": 2048}, date(2026, 12, 1))
    finally:
        unregister("catalogue")
    assert found.meets is Meets.NO
    assert len(found.missing) == 2
