"""Details that are found again in the photograph, and the map on which most agree. By OpenCV."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

FEATURES = 2600
CONTRAST = 0.012
TURNED = 25.0  # degrees: a redraw hardly turns its product
RATIO = 0.86
SCALE_BINS = 0.25  # octaves
NEAR = 6.0  # pixels of the photograph
ENOUGH = 25  # inliers, so that nothing else is tried
FEW = 5
SCALES = (0.08, 12.0)  # pixels of the photograph for one of the result
MOST_STRETCH = 1.8
ROWS = 400  # keypoints that are compared with all of the other picture at once
LIKE_EACH_OTHER = 12  # inliers for a map of six numbers


@dataclass(frozen=True)
class Keypoints:
    """Places in pixels, sizes in pixels, angles in degrees, and unit vectors."""

    at: Array
    size: Array
    angle: Array
    vectors: Array

    def moved(self, right: int, down: int) -> "Keypoints":
        return replace(self, at=self.at + np.array([right, down], np.float32))

    def enlarged(self, times: float) -> "Keypoints":
        # Pixels are named by their middles.
        at = ((self.at + 0.5) * times - 0.5).astype(np.float32)
        return replace(self, at=at, size=self.size * np.float32(times))


@dataclass(frozen=True)
class Match:
    """``map`` takes pixels of the result to pixels of the photograph (2 x 3)."""

    map: Array
    inliers: int
    share: float  # of the result's keypoints


def keypoints_of(grey: Array, mask: Array | None = None, most: int = FEATURES) -> Keypoints:
    """The ``most`` strongest, where ``mask`` is not zero."""
    sift = cv2.SIFT.create(most, contrastThreshold=CONTRAST)
    found, vectors = sift.detectAndCompute(grey, mask)
    if not found:
        none = np.zeros(0, np.float32)
        return Keypoints(np.zeros((0, 2), np.float32), none, none, np.zeros((0, 128), np.float32))
    vectors = np.sqrt(vectors / np.maximum(vectors.sum(axis=1, keepdims=True), 1e-6))
    return Keypoints(
        np.array([point.pt for point in found], np.float32),
        np.array([point.size for point in found], np.float32),
        np.array([point.angle for point in found], np.float32),
        vectors.astype(np.float32),
    )


def find(result: Keypoints, photo: Keypoints) -> Match | None:
    """The map that most keypoints agree on; None when hardly any do."""
    if len(result.at) < FEW or len(photo.at) < FEW:
        return None
    one, other = _pairs(result, photo)
    if len(one) < FEW:
        return None
    one, other = _of_one_scale(result, photo, one, other)
    if len(one) < FEW:
        return None
    start, end = result.at[one], photo.at[other]
    cv2.setRNGSeed(1)
    found, inside = cv2.estimateAffinePartial2D(
        start, end, method=cv2.RANSAC, ransacReprojThreshold=NEAR, maxIters=4000, confidence=0.999
    )
    if found is None or inside.sum() < FEW:
        return None
    found, count = _refined(found, start, end)
    alignment = Match(found, count, count / len(result.at))
    sane = SCALES[0] < scale_of(alignment) < SCALES[1] and stretch_of(alignment) < MOST_STRETCH
    return alignment if sane and count >= FEW else None


def _pairs(result: Keypoints, photo: Keypoints) -> tuple[Array, Array]:
    """Keypoints of both that look alike, point the same way, and have no rival."""
    told = [_best_of(result, photo, block) for block in _blocks(len(result.at))]
    best, score, second = (np.concatenate(values) for values in zip(*told, strict=True))
    distance, rival = np.sqrt(np.maximum(2 - 2 * score, 0)), np.sqrt(np.maximum(2 - 2 * second, 0))
    kept = np.flatnonzero((score > 0) & (distance < RATIO * rival))
    kept = kept[np.argsort(distance[kept], kind="stable")]
    # Each of the photograph's only once: many on one would agree on anything.
    _, first = np.unique(best[kept], return_index=True)
    kept = np.sort(kept[first])
    return kept, best[kept]


def _blocks(length: int) -> list[slice]:
    """So many rows at once that the memory for them stays small."""
    return [slice(start, start + ROWS) for start in range(0, length, ROWS)]


def _best_of(result: Keypoints, photo: Keypoints, block: slice) -> tuple[Array, Array, Array]:
    """For these of the result: which of the photograph's is most alike, how much, and the rival."""
    alike = result.vectors[block] @ photo.vectors.T
    alike[_pointing(result)[block] @ _pointing(photo).T < np.cos(np.radians(TURNED))] = -1
    rows = np.arange(len(alike))
    best = alike.argmax(axis=1)
    score = alike[rows, best].copy()
    alike[rows, best] = -1
    return best, score, alike.max(axis=1)


def _pointing(keypoints: Keypoints) -> Array:
    """The unit vectors in the picture: their products are the cosines between them."""
    angle = np.radians(keypoints.angle)
    return np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _of_one_scale(
    result: Keypoints, photo: Keypoints, one: Array, other: Array
) -> tuple[Array, Array]:
    """The pairs whose sizes tell of the same scale as most."""
    scales = np.log2(photo.size[other] / result.size[one])
    bins = np.arange(-5, 5, SCALE_BINS)
    votes = [(np.abs(scales - centre) < 1.5 * SCALE_BINS).sum() for centre in bins]
    kept = np.abs(scales - bins[int(np.argmax(votes))]) < 2 * SCALE_BINS
    return one[kept], other[kept]


def _refined(found: Array, start: Array, end: Array) -> tuple[Array, int]:
    """The map by least squares over what agrees, with six numbers where enough do."""
    ones = np.hstack([start, np.ones((len(start), 1), np.float32)])
    near = NEAR
    for _ in range(4):
        inside = np.hypot(*(ones @ found.T - end).T) < near
        if inside.sum() < LIKE_EACH_OTHER:
            break
        found = np.linalg.lstsq(ones[inside], end[inside], rcond=None)[0].T
        near = max(3.0, near * 0.8)
    inside = np.hypot(*(ones @ found.T - end).T) < near
    return np.asarray(found, np.float64), int(inside.sum())


def stretch_of(alignment: Match) -> float:
    """How many times wider than high, or the other way round, the map makes a square."""
    values = np.linalg.svd(alignment.map[:, :2], compute_uv=False)
    return float(values[0] / max(values[1], 1e-6))


def scale_of(alignment: Match) -> float:
    """Pixels of the photograph for one of the result."""
    return float(np.sqrt(abs(np.linalg.det(alignment.map[:, :2]))))
