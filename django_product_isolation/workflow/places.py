"""Whether results meet what their market places ask for: by facts kept with the run alone."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from django_product_isolation import imaging
from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.conf import get_settings
from django_product_isolation.host import Target, extensions_of
from django_product_isolation.marketplaces import Judgement, Place, judge, place_called
from django_product_isolation.marketplaces.kinds import formats as format_names
from django_product_isolation.models import IsolationRun


def places_called(ids: list[str]) -> list[Place]:
    """The places of those ids, without those that nobody registers any more."""
    return [place for place in map(place_called, ids) if place]


def judgements_of(run: IsolationRun, day: date) -> list[Judgement]:
    """How the run's result stands with each place it is meant for; none before it is stored."""
    if not run.published:
        return []
    facts = facts_of(run)
    return [judge(place, facts, day) for place in places_called(run.batch.places)]


def facts_of(run: IsolationRun) -> dict[str, Any]:
    """What was published, and of what was measured that which places ask for."""
    return {**run.published, **measured(run.measures)}


def measured(measures: Mapping[str, Any]) -> dict[str, float]:
    found = {}
    if ground := measures.get("ground"):
        found["ground"] = max(ground["below_white"], ground["worst_corner"])
    if frame := measures.get("frame"):
        found["fill"] = frame["fill"]
    return found


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
    stored = imaging.takes(extensions_of(target.field))
    for rule in place.rules_on(day):
        refused = [name for name in stored if rule.kind == "formats" and name not in rule.wanted]
        if not refused:
            continue
        words = {"has": format_names(refused), "wanted": format_names(rule.wanted)}
        if len(refused) == len(stored):
            text = _(
                "Your shop keeps these images as %(has)s, but only these are taken: %(wanted)s."
            )
        else:
            text = _("Results may come as %(has)s, but only these are taken: %(wanted)s.")
        yield text % words


def in_pixels(ratio: AspectRatio, resolution: Resolution) -> tuple[int, int]:
    """Width and height of a result, about: real ones differ (contract, section 4.4)."""
    side, fraction = resolution.long_side, ratio.fraction
    return round(side * min(1, fraction)), round(side / max(1, fraction))
