"""The results as people read them, and as a file for programs."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from .registry import Measured

LAYOUT = "{:42} {:>9} {:>9} {:5} {:>6} {:>13} {:>8} {:>7}"
HEAD = LAYOUT.format("what", "ours", "simpler", "unit", "ratio", "spread", "queries", "bar")


def row(result: Measured) -> str:
    least, most = result.ratios[0], result.ratios[-1]
    queries = "{}/{}".format(*result.queries) if result.queries else ""
    sign = ">=" if result.at_least else "<="
    bar = "" if result.bar is None else f"{sign}{result.bar:g}"
    mark = "  MISSED" if result.is_met is False else ""
    figures = (f"{middle(result.ours):.1f}", f"{middle(result.simpler):.1f}", result.unit)
    ratios = (f"{result.ratio:.2f}", f"{least:.2f}-{most:.2f}")
    return LAYOUT.format(result.name, *figures, *ratios, queries, bar) + mark


def middle(figures: Iterable[float]) -> float:
    ordered = sorted(figures)
    return ordered[len(ordered) // 2]


def record(part: str, database: str, result: Measured) -> dict[str, Any]:
    return {
        "part": part,
        "database": database,
        "name": result.name,
        "beside": result.beside,
        "unit": result.unit,
        "ours": [round(figure, 3) for figure in result.ours],
        "simpler": [round(figure, 3) for figure in result.simpler],
        "ratio": told(result.ratio),
        "spread": [told(result.ratios[0]), told(result.ratios[-1])],
        "queries": result.queries,
        "bar": result.bar,
        "at_least": result.at_least,
        "of_itself": result.of_itself,
        "met": result.is_met,
        **result.also,
    }


def told(ratio: float) -> float | None:
    """None where the simpler figure is nothing: JSON has no infinite numbers."""
    return round(ratio, 3) if isfinite(ratio) else None
