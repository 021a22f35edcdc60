"""What was found in a result as pages show it: the sentence, and where in either picture.

Rectangles are in pixels of the large preview: a drawing of that size lies on any size of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from django_product_isolation.host.previews import LARGE
from django_product_isolation.imaging.verdict import Finding, sentence_for
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow.evaluation_findings import EVALUATION

Side = Literal["source", "result"]
SMALLEST = 12  # pixels; what is smaller is hardly seen


@dataclass(frozen=True)
class Rectangle:
    """As texts: a page must not spell these numbers in the reader's language."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Mark:
    """Where in one picture a finding is."""

    finding: str
    rectangles: Sequence[Rectangle]


@dataclass(frozen=True)
class Marks:
    """What is marked on one picture, and its size."""

    width: str
    height: str
    marks: Sequence[Mark]


@dataclass(frozen=True)
class ShownFinding:
    """A finding for a template."""

    id: str
    sentence: str
    details: Sequence[str]
    marked: Side | Literal[""]  # a picture in which it is, rather the result


def marks_of(run: IsolationRun, found: Iterable[Finding], side: Side) -> Marks | None:
    """What is to be marked on one of the run's pictures; None for nothing."""
    size = size_of(run, side)
    if size is None:
        return None
    width, height = size
    marks = []
    for finding in found:
        boxes = [box for region in finding.regions if (box := getattr(region, side))]
        if boxes:
            frames = [rectangle(box, width, height) for box in united(boxes)]
            marks.append(Mark(finding.id, frames))
    return Marks(str(width), str(height), marks) if marks else None


def united(boxes: Iterable[Sequence[float]]) -> list[Sequence[float]]:
    """The boxes, those that overlap as one around both: frames within frames hide the picture."""
    apart: list[Sequence[float]] = []
    for box in boxes:
        while touched := [other for other in apart if overlap(box, other)]:
            apart = [other for other in apart if other not in touched]
            lefts, tops, rights, bottoms = zip(box, *touched, strict=True)
            box = min(lefts), min(tops), max(rights), max(bottoms)
        apart.append(box)
    return apart


def overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    is_beside = one[2] <= other[0] or other[2] <= one[0]
    return not is_beside and one[1] < other[3] and other[1] < one[3]


def size_of(run: IsolationRun, side: Side) -> tuple[int, int] | None:
    """Width and height of the large preview of that picture, as far as it was measured."""
    measured = (run.measures.get("size") or {}).get(side)
    if not measured or not all(measured):
        return None
    by = min(1, LARGE / max(measured))
    return max(1, round(measured[0] * by)), max(1, round(measured[1] * by))


def rectangle(box: Sequence[float], width: int, height: int) -> Rectangle:
    left, right = span(box[0], box[2], width)
    top, bottom = span(box[1], box[3], height)
    return Rectangle(str(left), str(top), str(right - left), str(bottom - top))


def span(start: float, end: float, length: int) -> tuple[int, int]:
    """From where to where, in pixels within ``length``, and long enough to be seen."""
    first, last = round(start * length), round(end * length)
    if last - first < SMALLEST:
        first = (first + last - SMALLEST) // 2
        last = first + SMALLEST
    return max(0, first), min(length, last)


def shown(run: IsolationRun, found: Iterable[Finding]) -> list[ShownFinding]:
    """The findings for a template."""
    return [
        ShownFinding(
            finding.id,
            str(finding.sentence),
            details_of(finding),
            marked_first(run, finding),
        )
        for finding in found
    ]


def details_of(finding: Finding) -> list[str]:
    """What is told beside the sentence: of an evaluation, the judge's own words."""
    if finding.id == EVALUATION:
        return list(finding.about)
    return [words for about in finding.about if (words := sentence_for(about))]


def marked_first(run: IsolationRun, finding: Finding) -> Side | Literal[""]:
    sides: tuple[Side, Side] = ("result", "source")
    return next((side for side in sides if marks_of(run, [finding], side)), "")
