"""Whether the product carries the same pattern, text and labels. By OpenCV."""

import cv2
import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

from .colour import blobs, blurred_within, lab
from .overlay import PRODUCT, Overlay

FINE = 1.3  # pixels: both pictures are made as soft as that
COARSE = 0.022  # of the product's longer side: what changes more slowly is light
WINDOW = 0.018  # of it
SHIFTS = (-3, 0, 3)  # pixels that a window may lie beside
FLOOR = 1.6  # Lab units of structure that is noise
LEVELS = (2.0, 3.0, 4.5, 7.0, 10.0)  # Lab units of structure that the other picture does not have
ALIKE = 0.72  # correlation from which on two windows show the same


def measured_structure(overlay: Overlay) -> dict[str, object]:
    """How well the fine structure agrees, and where it does not."""
    inner = overlay.inner
    count = int(inner.sum())
    if count < 200:
        return {"compared": 0.0}
    result, photo = (
        _fine(lab(pixels), overlay.clear & overlay.seen)
        for pixels in (overlay.result, overlay.photo)
    )
    alike, energies = _correlation(result, photo, inner)
    stronger = np.maximum(*energies)
    odd = np.where(inner & (alike < ALIKE), stronger * np.sqrt(1 - np.clip(alike, 0, 1)), 0)
    odd = np.maximum(odd - FLOOR, 0)
    inked = inner & (stronger > 3)
    return {
        "compared": count / max(int(overlay.clear.sum()), 1),
        "alike": float(alike[inked].mean()) if inked.sum() > 50 else None,
        "inked": float(inked.sum() / count),
        "detail": _detail(energies, inked),
        "odd_share": float((odd > LEVELS[0]).sum() / count),
        "blobs": blobs(odd, LEVELS, overlay, count),
    }


def _fine(pixels: Array, mask: Array) -> Array:
    """What is left of both pictures between two sharpnesses."""
    sharp = blurred_within(pixels, mask, FINE)
    return (sharp - blurred_within(pixels, mask, COARSE * PRODUCT)) * mask[..., None]


def _correlation(one: Array, other: Array, inner: Array) -> tuple[Array, tuple[Array, Array]]:
    """The best correlation of each window over small shifts, and both windows' energies."""
    weight = inner.astype(np.float32)
    spread = _mean_of_windows(weight) + 1e-3

    def mean(these: Array, those: Array) -> Array:
        # Of what is inside alone: the background is another one by intention.
        return _mean_of_windows(np.einsum("yxc,yxc->yx", these, those) * weight) / spread

    energy, best = mean(one, one), np.full(inner.shape, -1, np.float32)
    beside = mean(other, other)
    for dx in SHIFTS:
        for dy in SHIFTS:
            moved = np.roll(other, (dy, dx), axis=(0, 1))
            power = mean(moved, moved)
            best = np.maximum(best, mean(one, moved) / np.sqrt(energy * power + 0.3))
    # Running sums of windows end a little below nothing.
    return best, (np.sqrt(np.maximum(energy, 0)), np.sqrt(np.maximum(beside, 0)))


def _mean_of_windows(values: Array) -> Array:
    """Weighted towards the middle, as a Gaussian is, and much quicker."""
    side = 2 * round(1.22 * WINDOW * PRODUCT) + 1
    return cv2.blur(cv2.blur(values, (side, side)), (side, side))


def _detail(energies: tuple[Array, Array], inked: Array) -> float | None:
    """How much fine structure the result has for what the photograph has."""
    if inked.sum() < 50:
        return None
    return float(np.median(energies[0][inked] / np.maximum(energies[1][inked], 0.5)))
