"""Result and photograph laid over one another. By OpenCV."""

from dataclasses import dataclass

import cv2
import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

from .background import segmented
from .openings import openings

PRODUCT = 440  # pixels of the product's longer side
ROOM = 0.1  # of it, around
MARGIN = 0.026  # of it: no comparing so near to the outline
BEND = 11.0  # pixels: follows a bent surface, and mends no text
MOST_BEND = 18.0  # pixels


@dataclass(frozen=True)
class Overlay:
    """Pixels of 8 bits of one size. The maps go from the overlay to either picture's fractions."""

    result: Array
    photo: Array
    product: Array
    clear: Array  # product without its openings
    inner: Array  # clear, and away from the outline
    seen: Array  # lies in the photograph
    bend: float  # pixels, how far the rest of the map goes
    to_result: Array
    to_photo: Array
    sharper: float  # pixels of the photograph for one of the overlay

    def boxes(self, box: tuple[int, int, int, int]) -> dict[str, list[float]]:
        """A box on the overlay, in pixels, as fractions of both pictures."""
        left, top, right, bottom = box
        corners = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]])
        return {
            "result": _around(corners @ self.to_result.T),
            "source": _around(corners @ self.to_photo.T),
        }


def _around(corners: Array) -> list[float]:
    ends = (*corners.min(axis=0), *corners.max(axis=0))
    return [round(float(np.clip(value, 0, 1)), 4) for value in ends]


def overlay_of(
    result: Array, plain: Array, box: tuple[int, int, int, int], photo: Array, alignment: Array
) -> Overlay:
    """``plain`` is the result's background, ``box`` its product; ``alignment`` as in Match."""
    left, top, right, bottom = box
    scale = PRODUCT / max(right - left, bottom - top)
    room = round(PRODUCT * ROOM)
    size = (
        round((right - left) * scale) + 2 * room,
        round((bottom - top) * scale) + 2 * room,
    )
    to_result = np.array([[1 / scale, 0, left - room / scale], [0, 1 / scale, top - room / scale]])
    to_photo = alignment @ np.vstack([to_result, [0, 0, 1]])
    corner = tuple(float(value) for value in np.median(plain.reshape(-1, 3), axis=0))
    drawn = warped(result, to_result, size, cv2.BORDER_CONSTANT, corner)
    taken = warped(photo, to_photo, size, cv2.BORDER_REPLICATE)
    background = warped(plain.astype(np.float32), to_result, size, cv2.BORDER_REPLICATE)
    part = segmented(drawn.astype(np.float32), background)
    product = _without_dust(part.product)
    clear = product & ~openings(part.holes & product, product, taken)
    inner = cv2.erode(clear.astype(np.uint8), _disc(round(PRODUCT * MARGIN))) > 0
    seen = warped(np.full(photo.shape[:2], 255, np.uint8), to_photo, size, cv2.BORDER_CONSTANT)
    taken, bend = _bent(drawn, taken, clear)
    return Overlay(
        drawn,
        taken,
        product,
        clear,
        inner & (seen > 250),
        seen > 250,
        bend,
        _as_fractions(to_result, result),
        _as_fractions(to_photo, photo),
        float(np.sqrt(abs(np.linalg.det(to_photo[:, :2])))),
    )


def _as_fractions(way: Array, picture: Array) -> Array:
    height, width = picture.shape[:2]
    return way / np.array([[width], [height]])


def _disc(radius: int) -> Array:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def _without_dust(product: Array) -> Array:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(product.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    keep = areas > 0.01 * max(areas.max(), 1)
    return keep[labels]


def warped(
    picture: Array,
    way: Array,
    size: tuple[int, int],
    border: int,
    value: tuple[float, ...] = (0.0, 0.0, 0.0),
) -> Array:
    """``way`` goes from the wanted pixels to the picture's; shrinks without aliasing."""
    shrinks = float(np.sqrt(abs(np.linalg.det(way[:, :2]))))
    if shrinks > 1.4:
        picture = cv2.resize(
            picture, None, fx=1 / shrinks, fy=1 / shrinks, interpolation=cv2.INTER_AREA
        )
        way = way / shrinks
    return cv2.warpAffine(
        picture,
        way,
        size,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=border,
        borderValue=value,
    )


def _bent(drawn: Array, taken: Array, clear: Array) -> tuple[Array, float]:
    """The photograph moved a little to where the result has the same, and how far."""
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    one = cv2.cvtColor(drawn, cv2.COLOR_RGB2GRAY)
    other = cv2.cvtColor(taken, cv2.COLOR_RGB2GRAY)
    # White around the product would draw its edges to whatever is bright in the photograph.
    one = np.where(clear, one, other).astype(np.uint8)
    moved = flow.calc(one, other, np.zeros((*one.shape, 2), np.float32))
    weight = clear.astype(np.float32)
    spread = cv2.GaussianBlur(weight, (0, 0), BEND) + 1e-3
    smooth = cv2.GaussianBlur(moved * weight[..., None], (0, 0), BEND) / spread[..., None]
    smooth = np.clip(smooth, -MOST_BEND, MOST_BEND)
    height, width = one.shape
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    new = cv2.remap(
        taken, x + smooth[..., 0], y + smooth[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_REPLICATE
    )
    bend = float(np.median(np.hypot(smooth[..., 0], smooth[..., 1])[clear])) if clear.any() else 0.0
    return new, bend
