"""Whether results meet what their marketplaces ask for: by facts kept with the run alone."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from django_product_isolation import imaging
from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.conf import get_settings
from django_product_isolation.host import Target, extensions_of
from django_product_isolation.marketplaces import (
    Judgement,
    Place,
    Rule,
    judge,
    place_called,
    rule_failed,
)
from django_product_isolation.marketplaces.showing import formats as format_names
from django_product_isolation.models import IsolationRun


def places_called(ids: list[str]) -> list[Place]:
    """The places of those ids, each once, without those that nobody registers any more."""
    return [place for place in map(place_called, dict.fromkeys(ids)) if place]


def judgements_of(run: IsolationRun, day: date) -> list[Judgement]:
    """How the run's result stands with each place it is meant for; none before it is stored."""
    if not run.published:
        return []
    facts = facts_of(run)
    return [judge(place, facts, day) for place in places_called(run.batch.places)]


def facts_of(run: IsolationRun) -> dict[str, Any]:
    """What was published, and of what was measured that which places ask for."""
    return {**named(run.published), **measured(run.measures)}


def measured(measures: Any) -> dict[str, Any]:
    """What places ask for, of measures that another version may have kept; judging checks it."""
    background = named(named(measures).get("background"))
    frame = named(named(measures).get("frame"))
    found = {}
    if {"below_white", "worst_corner"} <= background.keys():
        # The worse of the two; comparing them is safe only if both are numbers.
        both = background["below_white"], background["worst_corner"]
        are_numbers = all(isinstance(one, int | float) for one in both)
        found["background"] = max(both) if are_numbers else None
    if "fill" in frame:
        found["fill"] = frame["fill"]
    return found


def named(kept: Any) -> Mapping[str, Any]:
    """What a column holds by name; nothing where it holds something else."""
    return kept if isinstance(kept, Mapping) else {}


def expected(
    target: Target, ids: list[str], ratio: AspectRatio, resolution: Resolution, day: date
) -> Iterator[Judgement]:
    """What is known beforehand to be missing from results of that shape and size, or may be."""
    width, height = in_pixels(ratio, resolution)
    facts: dict[str, Any] = {"width": width, "height": height}
    if not get_settings().DIGITAL_SOURCE_TYPE:
        facts["source_type"] = ""
    for place in places_called(ids):
        known = judge(place, facts, day)
        missing = (*known.missing, *refused_formats(target, place, day))
        if missing or known.coming:
            yield replace(known, missing=missing)


def refused_formats(target: Target, place: Place, day: date) -> Iterator[str]:
    """A sentence where the field keeps results in a format that the place does not take."""
    stored = imaging.accepted_formats(extensions_of(target.field))
    for rule in place.rules:
        try:
            if rule.kind == "formats" and rule.holds_on(day):
                yield from refused_by(rule, stored)
        except Exception:
            rule_failed(place, rule)


def refused_by(rule: Rule, stored: Collection[str]) -> list[str]:
    refused = [name for name in stored if name not in rule.wanted]
    if not refused:
        return []
    if len(refused) == len(stored):
        text = _("Your shop keeps these images as %(has)s, but only these are taken: %(wanted)s.")
    else:
        text = _("Results may come as %(has)s, but only these are taken: %(wanted)s.")
    return [text % {"has": format_names(refused), "wanted": format_names(rule.wanted)}]


def in_pixels(ratio: AspectRatio, resolution: Resolution) -> tuple[int, int]:
    """Width and height of a result, about: real ones differ (contract, section 4.4)."""
    side, fraction = resolution.long_side, ratio.fraction
    return round(side * min(1, fraction)), round(side / max(1, fraction))
