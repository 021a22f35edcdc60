"""Pairs of a photograph and a result, whose truth is known, and how each was judged."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django_product_isolation.imaging.verdict import findings, measure

from .plain_judgement import unlikeness

# Beginnings of kinds, the longest first, with the findings whose words fit.
WORDS = {
    "background": {"background_not_white"},
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

# What the result alone tells.
CHEAP = {"background_not_white", "cut_off", "too_small", "too_large", "soft", "leftover"}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """``found`` are ids of findings, ``cheap`` those without a look at the source."""

    kind: str
    source: str
    is_faithful: bool
    found: frozenset[str]
    cheap: frozenset[str]
    unlikeness: float

    @property
    def is_named(self) -> bool:
        """Whether a finding says in words what is wrong."""
        return bool(words_of(self.kind) & self.found)

    @property
    def is_unchecked_only(self) -> bool:
        return self.found == {"not_checked"}


def words_of(kind: str) -> set[str]:
    fitting = [beginning for beginning in WORDS if kind.startswith(beginning)]
    return WORDS[max(fitting, key=len)] if fitting else set()


def judged_pairs(
    folder: Path, sample: int | None, wanted: Callable[[dict[str, str]], bool] = bool
) -> Iterator[Judged]:
    """Each pair of the folder's pairs.csv: source, result, label (faithful, unfaithful), kind."""
    seen: Counter[str] = Counter()
    with open(folder / "pairs.csv", newline="") as file:
        pairs = [pair for pair in csv.DictReader(file) if wanted(pair)]
    for pair in pairs:
        seen[pair["kind"]] += 1
        if sample is None or seen[pair["kind"]] <= sample:
            yield judged(folder, pair)


def judged(folder: Path, pair: dict[str, str]) -> Judged:
    with open(folder / pair["source"], "rb") as source, open(folder / pair["result"], "rb") as file:
        measures = measure(source, file)
        unlike = unlikeness(source, file)
    alone = {
        name: measures[name] for name in ("frame", "background", "softness") if name in measures
    }
    return Judged(
        kind=pair["kind"],
        source=pair["source"],
        is_faithful=pair["label"] == "faithful",
        found=frozenset(finding.id for finding in findings(measures)),
        cheap=frozenset(finding.id for finding in findings({"unchecked": [], **alone})),
        unlikeness=unlike,
    )
