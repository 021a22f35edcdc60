"""What the photograph shows along the outline that the result draws. By OpenCV."""

from dataclasses import dataclass

import cv2
import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

from .colour import lab
from .overlay import Overlay

REACH = 18  # pixels to each side of the outline
POINTS = 900
LEAST = 60
SMOOTHED = 7  # points along the outline, so that a texture is no edge
NEAR = 4  # pixels to each side, where the edge must be
STEPS = (2.0, 3.0, 4.0)  # Lab units between two pixels: less is no edge
HALO = 9.0  # Lab units between the rim and the product further in
BRIDGED = 9  # points: a run goes on over so short a gap


@dataclass(frozen=True)
class Profiles:
    """Lab along the normals: points x offsets x 3; offsets rise to the outside."""

    photo: Array
    result: Array
    at: Array

    def mean(self, pixels: Array, start: int, end: int) -> Array:
        """The mean of ``start`` to ``end`` pixels outside (negative: inside) of the outline."""
        return pixels[:, REACH + start : REACH + end + 1].mean(axis=1)


def measured_rim(overlay: Overlay) -> dict[str, object]:
    """Shares of the outline: where the photograph has no edge, and where a rim is background."""
    found = _profiles(overlay)
    if found is None:
        return {"points": 0}
    photo, result = found.photo, found.result
    steps = _steps(photo)[:, REACH - 1 - NEAR : REACH + NEAR].max(axis=1)
    no_edge = []
    for least in STEPS:
        run, box = _longest_run(steps < least, found.at)
        told = {"level": least, "share": float((steps < least).mean()), "run": run}
        no_edge.append(told | ({} if box is None else overlay.boxes(box)))
    return {
        "points": len(photo),
        "no_edge": no_edge,
        "halo": float(_halo(found, photo, result).mean()),
        "edge_inside": float(np.median(_steps(photo).argmax(axis=1) + 1 - REACH)),
    }


def _steps(photo: Array) -> Array:
    """How much the photograph changes along each normal, smoothed along the outline."""
    ends = SMOOTHED
    ring = np.concatenate([photo[-ends:], photo, photo[:ends]])
    smooth = cv2.blur(ring.reshape(len(ring), -1), (1, SMOOTHED)).reshape(ring.shape)[ends:-ends]
    return np.linalg.norm(smooth[:, 2:] - smooth[:, :-2], axis=2)


def _halo(found: Profiles, photo: Array, result: Array) -> Array:
    """The result's rim looks like the photograph's background, and unlike the product."""
    behind = found.mean(photo, 4, 10)
    halo = np.zeros(len(photo), bool)
    for inside in (8, 14):
        rim = found.mean(result, -inside // 2, -2)
        product = found.mean(result, -inside - 3, -inside)
        differs = _distance(rim, product)
        halo |= (differs > HALO) & (_distance(rim, behind) < 0.5 * differs)
    return halo


def _profiles(overlay: Overlay) -> Profiles | None:
    mask = overlay.product.astype(np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return None
    outline = max(contours, key=len).reshape(-1, 2)
    outline = outline[:: max(1, len(outline) // POINTS)]
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 4)
    across, down = cv2.Sobel(soft, -1, 1, 0), cv2.Sobel(soft, -1, 0, 1)
    normal = -np.stack([across, down], axis=2)[outline[:, 1], outline[:, 0]]
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    offsets = np.arange(-REACH, REACH + 1)
    points = outline[:, None].astype(np.float32) + offsets[None, :, None] * normal[:, None]
    height, width = mask.shape
    far = points[:, -6]  # what the comparisons reach to
    kept = (far[:, 0] > 0) & (far[:, 1] > 0) & (far[:, 0] < width - 1) & (far[:, 1] < height - 1)
    x, y = np.clip(np.rint(far[:, 0]), 0, width - 1), np.clip(np.rint(far[:, 1]), 0, height - 1)
    kept &= overlay.seen[y.astype(int), x.astype(int)]
    if kept.sum() < LEAST:
        return None
    points = points[kept].astype(np.float32)
    taken = [
        cv2.remap(
            lab(cv2.GaussianBlur(pixels, (0, 0), 1)),
            points[..., 0],
            points[..., 1],
            cv2.INTER_LINEAR,
            None,
            cv2.BORDER_REPLICATE,
        )
        for pixels in (overlay.photo, overlay.result)
    ]
    return Profiles(taken[0], taken[1], outline[kept])


def _distance(one: Array, other: Array) -> Array:
    return np.linalg.norm(one - other, axis=1)


def _longest_run(flags: Array, at: Array) -> tuple[float, tuple[int, int, int, int] | None]:
    """The longest row of true points, as a share of all, and its box."""
    kernel = np.ones(BRIDGED, np.uint8)
    row = np.concatenate([flags, flags]).astype(np.uint8)[None]
    row = cv2.morphologyEx(row, cv2.MORPH_CLOSE, kernel[None])[0]
    steps = np.diff(np.concatenate([[0], row, [0]]).astype(int))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    if not len(starts):
        return 0.0, None
    longest = int(np.argmax(ends - starts))
    start, end = int(starts[longest]), int(ends[longest])
    points = np.concatenate([at, at])[start:end]
    left, top = points.min(axis=0)
    right, bottom = points.max(axis=0)
    return min(1.0, (end - start) / len(flags)), (int(left), int(top), int(right), int(bottom))
