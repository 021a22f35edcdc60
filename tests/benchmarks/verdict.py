"""How many tampered results the verdict catches, and how many faithful ones it holds back.

    python -m tests.benchmarks.verdict --pairs FOLDER [--json FILE] [--cheap]

The folder has a pairs.csv with the columns source, result, label (faithful, unfaithful) and kind.
Beside it stands what anybody would write first: colour histogram and SSIM of the whole picture,
with the limit at which it holds back as many faithful ones.
"""

import argparse
import csv
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image

from django_product_isolation.imaging.verdict import findings, measure
from tests.peak_memory import peak_memory

# Beginnings of kinds, the longest first, with the findings whose words fit.
WORDS = {
    "ground": {"ground_not_white"},
    "cropped": {"cut_off", "too_large"},
    "too-small": {"too_small"},
    "blurred": {"soft"},
    "stretched": {"stretched"},
    "leftover": {"leftover"},
    "halo": {"leftover"},
    "floor": {"leftover", "part_missing"},
    "box": {"leftover", "part_missing"},
    "corner": {"leftover", "part_missing"},
    "colour": {"colour_differs"},
    "darker": {"colour_differs"},
    "part-recoloured": {"colour_differs"},
    "part": {"part_missing"},
    "slice": {"part_missing"},
    "bite": {"part_missing"},
    "doubled": {"part_missing"},
    "text": {"label_differs"},
    "logo": {"label_differs"},
    "label": {"label_differs"},
    "other": {"maybe_another", "colour_differs", "label_differs"},
    "wrong": {"maybe_another"},
    "mirrored": {"maybe_another", "label_differs"},
}
CHEAP = {"ground_not_white", "cut_off", "too_small", "too_large", "soft", "leftover"}
SIDE = 256


def words_of(kind: str) -> set[str]:
    fitting = [beginning for beginning in WORDS if kind.startswith(beginning)]
    return WORDS[max(fitting, key=len)] if fitting else set()


def judged(folder: Path, pair: dict[str, str], cheap: bool) -> dict[str, Any]:
    started = time.perf_counter()
    with open(folder / pair["source"], "rb") as source, open(folder / pair["result"], "rb") as file:
        measures = measure(source, file)
    seconds = time.perf_counter() - started
    found = {finding.id for finding in findings(measures)}
    if cheap:
        found &= CHEAP
    return {**pair, "found": sorted(found), "seconds": seconds, "measures": measures}


def baseline(folder: Path, pair: dict[str, str]) -> float:
    """How unlike the two pictures are: one less the mean of histogram overlap and SSIM."""
    import numpy as np

    pictures = [
        np.asarray(Image.open(folder / pair[name]).convert("RGB").resize((SIDE, SIDE)), np.float64)
        for name in ("source", "result")
    ]
    histograms = [
        np.histogramdd(pixels.reshape(-1, 3), bins=8, range=[(0, 256)] * 3)[0] / SIDE**2
        for pixels in pictures
    ]
    overlap = np.minimum(*histograms).sum()
    one, other = (pixels.mean(axis=2) for pixels in pictures)
    blocks = [
        grey.reshape(SIDE // 8, 8, SIDE // 8, 8).swapaxes(1, 2).reshape(-1, 64)
        for grey in (one, other)
    ]
    (a, b), (mean_a, mean_b) = blocks, (block.mean(axis=1) for block in blocks)
    shared = ((a - mean_a[:, None]) * (b - mean_b[:, None])).mean(axis=1)
    light = (2 * mean_a * mean_b + 6.5) / (mean_a**2 + mean_b**2 + 6.5)
    structure = (2 * shared + 58.5) / (a.var(axis=1) + b.var(axis=1) + 58.5)
    return float(1 - (overlap + (light * structure).mean()) / 2)


def limit_for(scores: Iterable[float], share: float) -> float:
    """The limit above which this share of the scores lies."""
    ordered = sorted(scores, reverse=True)
    return ordered[min(len(ordered) - 1, round(share * len(ordered)))]


def rows_of(results: list[dict[str, Any]], scores: list[float]) -> list[dict[str, Any]]:
    """One row a kind, and one for all faithful and all tampered ones."""
    groups: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(results):
        groups[f"{one['label']}: {one['kind']}"].append(number)
        groups[f"{one['label']}: all"].append(number)
    faithful = groups.get("faithful: all", [])
    held = [bool(results[n]["found"]) for n in faithful]
    limit = limit_for([scores[n] for n in faithful], sum(held) / len(held)) if held else 0.0
    rows = []
    for name in sorted(groups):
        members = [results[n] for n in groups[name]]
        wanted = words_of(members[0]["kind"]) if not name.endswith(": all") else set()
        fitting = [bool(wanted & set(one["found"])) for one in members]
        flagged = [bool(one["found"]) for one in members]
        only = [one["found"] == ["not_checked"] for one in members]
        rows.append(
            {
                "kind": name,
                "pairs": len(members),
                "flagged": sum(flagged) / len(members),
                "not_checked_only": sum(only) / len(members),
                "right_words": sum(fitting) / len(members) if wanted else None,
                "baseline": sum(scores[n] > limit for n in groups[name]) / len(members),
            }
        )
    return rows


def shown(rows: list[dict[str, Any]]) -> Iterable[str]:
    yield f"{'kind':34} {'pairs':>5} {'flagged':>8} {'unchecked':>9} {'words':>6} {'baseline':>8}"
    for row in rows:
        words = "" if row["right_words"] is None else f"{row['right_words']:6.1%}"
        yield (
            f"{row['kind']:34} {row['pairs']:5} {row['flagged']:8.1%} "
            f"{row['not_checked_only']:9.1%} {words:>6} {row['baseline']:8.1%}"
        )


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.verdict", description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True, help="folder with pairs.csv")
    parser.add_argument("--json", type=Path, help="write everything measured to this file")
    parser.add_argument("--cheap", action="store_true", help="only what the result alone tells")
    options = parser.parse_args(arguments)
    with open(options.pairs / "pairs.csv", newline="") as file:
        pairs = list(csv.DictReader(file))
    results = [judged(options.pairs, pair, options.cheap) for pair in pairs]
    peak = peak_memory()
    rows = rows_of(results, [baseline(options.pairs, pair) for pair in pairs])
    seconds = [one["seconds"] for one in results]
    print(*shown(rows), sep="\n")
    print(f"seconds a pair: median {statistics.median(seconds):.2f}, most {max(seconds):.2f}")
    print(f"peak memory: {peak} MB")
    if options.json:
        told = {"rows": rows, "peak_mb": peak, "pairs": results}
        options.json.write_text(json.dumps(told, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
