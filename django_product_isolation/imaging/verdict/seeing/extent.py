"""Whether the result shows the whole of the product, and nothing else. By saliency."""

import cv2
import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

from .canvas import warped
from .frame import fractions
from .saliency import SIDE, standing_out

ROOM = 0.36  # of the product's longer side, around
OPENED = 3  # pixels: thinner differences are an outline's
KEPT = 3


def measured_extent(
    product: Array, box: tuple[int, int, int, int], photo: Array, place: Array
) -> dict[str, object]:
    """Compare what stands out around the place in the photograph with the result's product.

    ``product`` is a mask of the result, ``place`` the map from there to the photograph. Raises
    WeightsMissing.
    """
    left, top, right, bottom = box
    longer = max(right - left, bottom - top)
    scale = longer * (1 + 2 * ROOM) / SIDE
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    corner = middle - scale * SIDE / 2
    to_result = np.array([[scale, 0, corner[0]], [0, scale, corner[1]]])
    to_photo = place @ np.vstack([to_result, [0, 0, 1]])
    size = (SIDE, SIDE)
    window = warped(photo, to_photo, size, cv2.BORDER_REPLICATE)
    seen = (
        warped(np.full(photo.shape[:2], 255, np.uint8), to_photo, size, cv2.BORDER_CONSTANT) > 250
    )
    drawn = warped(product.astype(np.uint8) * 255, to_result, size, cv2.BORDER_CONSTANT) > 127
    salient = standing_out(window) > 0.5
    both, either = (drawn & salient & seen).sum(), ((drawn | salient) & seen).sum()
    count = max(int(drawn.sum()), 1)
    shape, whole = product.shape, photo.shape
    return {
        "agreement": float(both / max(either, 1)),
        "missing": _parts(salient & seen & ~_grown(drawn, 3), count, seen, to_photo, whole),
        "added": _parts(drawn & seen & ~_grown(salient, 3), count, seen, to_result, shape),
    }


def _grown(mask: Array, radius: int) -> Array:
    return cv2.dilate(mask.astype(np.uint8), _disc(radius)) > 0


def _disc(radius: int) -> Array:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _parts(
    mask: Array, count: int, seen: Array, way: Array, shape: tuple[int, ...]
) -> list[dict[str, object]]:
    """The largest parts: share of the product, whether they run on, and a box of one picture."""
    opened = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, _disc(OPENED))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(opened)
    rim = np.pad(np.zeros((SIDE - 4, SIDE - 4), bool), 2, constant_values=True)
    rim |= cv2.dilate((~seen).astype(np.uint8), _disc(2)) > 0
    found: list[dict[str, object]] = []
    for part in (np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable") + 1)[:KEPT]:
        x, y, width, height, area = (int(value) for value in stats[part])
        if area < 0.004 * count:
            continue
        ends = np.array(
            [[x, y, 1], [x + width, y + height, 1], [x, y + height, 1], [x + width, y, 1]]
        )
        at = ends @ way.T
        low, high = at.min(axis=0), at.max(axis=0)
        found.append(
            {
                "share": area / count,
                "runs_on": float((rim & (labels == part)).sum() / max(width + height, 1)),
                "box": fractions((low[0], low[1], high[0], high[1]), shape[1], shape[0]),
            }
        )
    return found
