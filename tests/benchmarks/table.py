"""The results as people read them, and as a file for programs."""

from collections.abc import Iterable
from typing import Any

from .registry import Measured

HEAD = f"{'what':42} {'ours':>9} {'simpler':>9} {'unit':5} {'ratio':>6} {'spread':>13} {'queries':>8} {'bar':>7}"


def row(result: Measured) -> str:
    least, most = result.ratios[0], result.ratios[-1]
    queries = "{}/{}".format(*result.queries) if result.queries else ""
    sign = ">=" if result.at_least else "<="
    bar = "" if result.bar is None else f"{sign}{result.bar:g}"
    mark = "  MISSED" if result.is_met is False else ""
    return (
        f"{result.name:42} {middle(result.ours):9.1f} {middle(result.simpler):9.1f}"
        f" {result.unit:5} {result.ratio:6.2f} {least:6.2f}-{most:<6.2f} {queries:>8} {bar:>7}{mark}"
    )


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
        "ratio": round(result.ratio, 3),
        "spread": [round(result.ratios[0], 3), round(result.ratios[-1], 3)],
        "queries": result.queries,
        "bar": result.bar,
        "at_least": result.at_least,
        "met": result.is_met,
        **result.also,
    }
