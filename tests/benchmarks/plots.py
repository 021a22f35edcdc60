"""Draws what the command measured, from the file that ``--json`` wrote.

python -m tests.benchmarks.plots results.json FOLDER
"""

import json
import sys
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib
from matplotlib import pyplot

matplotlib.use("svg")
# The same figures give the same file, which holds no date.
matplotlib.rcParams.update({"svg.hashsalt": "isolation", "svg.fonttype": "none", "font.size": 9})


def draw(results: list[dict[str, Any]], folder: Path) -> None:
    """One picture for each kind of plot that is among the results."""
    kinds: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for result in results:
        if "plot" in result:
            kinds[result["plot"]].append(result)
    if kinds["growth"]:
        save(growth(kinds["growth"]), folder / "growth.svg")
    if kinds["throughput"]:
        save(throughput(kinds["throughput"]), folder / "throughput.svg")


def growth(results: list[dict[str, Any]]) -> Any:
    figure, axes = pyplot.subplots(figsize=(7, 4))
    lines: dict[str, list[tuple[int, float]]] = {}
    for result in results:
        points = lines.setdefault(result["line"], [(1000, result["y0"])])
        points.append((result["x"], median(result["ours"])))
    for name, points in lines.items():
        axes.plot(*zip(*points, strict=True), marker="o", label=name)
    axes.set(xscale="log", yscale="log", xlabel="runs in the database", ylabel="milliseconds")
    axes.legend(ncols=2, frameon=False)
    axes.grid(alpha=0.3)
    return figure


def throughput(results: list[dict[str, Any]]) -> Any:
    figure, axes = pyplot.subplots(figsize=(7, 4))
    for key, name in (("ours", "this app"), ("simpler", "one plain task each")):
        points = [(result["x"], 3600 * median(result[key])) for result in results]
        axes.plot(*zip(*points, strict=True), marker="o", label=name)
    axes.set(xlabel="worker processes", ylabel="images an hour", ylim=(0, None))
    axes.set_xticks([result["x"] for result in results])
    axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    return figure


def save(figure: Any, file: Path) -> None:
    figure.savefig(file, metadata={"Date": None}, bbox_inches="tight")
    pyplot.close(figure)


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text())["results"], Path(sys.argv[2]))
