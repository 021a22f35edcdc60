"""Whether the result shows the whole of the product, and nothing else. By saliency."""

from dataclasses import dataclass

import cv2
import numpy as np

from django_product_isolation.imaging.u2netp import SIDE
from django_product_isolation.imaging.verdict.arrays import Array

from .colour import blurred_within, lab
from .frame import fractions
from .overlay import warped
from .saliency import saliency_map

ROOM = 0.36  # of the product's longer side, around
OPENED = 3  # pixels: thinner differences are an outline's
KEPT = 3
BESIDE = 7  # pixels: no further does a part lie from the product that it belongs to
NEARBY = 3.0  # pixels, how far the colours on both sides of a cut are gathered
CONTACT = 8  # pixels along a cut, fewer of which tell nothing


@dataclass(frozen=True)
class Window:
    """The photograph around the product, and masks of its size."""

    photo: Array
    seen: Array  # lies in the photograph
    drawn: Array  # the result's product
    open: Array  # its openings: what is seen through them says nothing
    salient: Array  # stands out

    def agreement(self, without: Array | None = None) -> float:
        """Product and what stands out, both by either; ``without`` is left out of both."""
        counted = self.seen & ~self.open
        if without is not None:
            counted &= ~without
        both, either = self.drawn & self.salient, self.drawn | self.salient
        return float((both & counted).sum() / max(int((either & counted).sum()), 1))

    def apart(self, part: Array) -> float | None:
        """Lab units from the product to a part across the line where they meet.

        A part of the product goes on there as the product does; a thing behind it hardly.
        """
        within = ~_grown(~self.drawn, 2)
        meeting = _grown(part, BESIDE) & _grown(self.drawn, 2) & ~_grown(~self.drawn, 1)
        if meeting.sum() < CONTACT:
            return None
        colours = lab(self.photo)
        one, other = (blurred_within(colours, mask, NEARBY)[meeting] for mask in (within, part))
        return float(np.median(np.linalg.norm(one - other, axis=1)))


def measured_extent(
    product: Array,
    holes: Array,
    box: tuple[int, int, int, int],
    photo: Array,
    alignment: Array,
) -> dict[str, object]:
    """Compare what stands out there in the photograph with the result's product.

    ``product`` and ``holes`` in it are masks of the result, ``alignment`` is the map from there to
    the photograph. Raises WeightsMissing.
    """
    left, top, right, bottom = box
    longer = max(right - left, bottom - top)
    scale = longer * (1 + 2 * ROOM) / SIDE
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    corner = middle - scale * SIDE / 2
    to_result = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]])
    to_photo = alignment @ np.vstack([to_result, [0, 0, 1]])
    size = (SIDE, SIDE)
    window = warped(photo, to_photo, size, cv2.BORDER_REPLICATE)
    seen = (
        warped(np.full(photo.shape[:2], 255, np.uint8), to_photo, size, cv2.BORDER_CONSTANT) > 250
    )
    drawn, open_ = (
        warped(mask.astype(np.uint8) * 255, to_result, size, cv2.BORDER_CONSTANT) > 127
        for mask in (product, holes)
    )
    salient = saliency_map(window) > 0.5
    here = Window(window, seen, drawn, open_, salient)
    missing = _parts(salient & seen & ~_grown(drawn, 3), here, to_photo, photo.shape)
    added = _parts(drawn & ~open_ & seen & ~_grown(salient, 3), here, to_result, product.shape)
    return {
        "agreement": here.agreement(),
        "missing": [
            told | {"apart": here.apart(part), "without": here.agreement(_grown(part, 3))}
            for part, told in missing
        ],
        "added": [told for _part, told in added],
    }


def _grown(mask: Array, radius: int) -> Array:
    return cv2.dilate(mask.astype(np.uint8), _disc(radius)) > 0


def _disc(radius: int) -> Array:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _parts(
    mask: Array, here: Window, way: Array, shape: tuple[int, ...]
) -> list[tuple[Array, dict[str, object]]]:
    """The largest parts: share of the product, whether they run on, and a box of one picture."""
    count = max(int(here.drawn.sum()), 1)
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, _disc(OPENED))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    rim = np.pad(np.zeros((SIDE - 4, SIDE - 4), bool), 2, constant_values=True)
    rim |= _grown(~here.seen, 2)
    found: list[tuple[Array, dict[str, object]]] = []
    for part in (np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable") + 1)[:KEPT]:
        x, y, width, height, area = (int(value) for value in stats[part])
        if area < 0.004 * count:
            continue
        ends = np.array(
            [[x, y, 1], [x + width, y + height, 1], [x, y + height, 1], [x + width, y, 1]]
        )
        at = ends @ way.T
        low, high = at.min(axis=0), at.max(axis=0)
        told = {
            "share": area / count,
            "runs_on": float((rim & (labels == part)).sum() / max(width + height, 1)),
            "box": fractions((low[0], low[1], high[0], high[1]), shape[1], shape[0]),
        }
        found.append((labels == part, told))
    return found
