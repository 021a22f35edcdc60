"""Which of the white places inside a product are openings, and which are white prints."""

import cv2
import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

MOST = 40  # places that are looked at, the largest ones
LEAST = 20  # pixels
LARGE = 0.003  # of the product: through a handle one may see a wall of any colour
AROUND = 5  # pixels
PALE = (75.0, 12.0)  # lightness at least, colour at most: as white as the result shows it
APART = 14.0  # Lab units between a place and what is around it


def openings(holes: Array, product: Array, photo: Array) -> Array:
    """Of ``holes``, those through which the photograph shows something else than the product.

    A small print is white in both pictures, or, where only the result has it, the photograph goes
    on there as around it. Large places are taken for openings.
    """
    found = np.zeros_like(holes)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(holes.astype(np.uint8))
    colours = cv2.cvtColor(photo.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    solid = product & ~holes
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * AROUND + 1, 2 * AROUND + 1))
    for number in (np.argsort(-stats[1:, cv2.CC_STAT_AREA], kind="stable") + 1)[:MOST]:
        if stats[number, cv2.CC_STAT_AREA] < LEAST:
            break
        place = labels == number
        ring = (cv2.dilate(place.astype(np.uint8), disc) > 0) & solid
        if not ring.any():
            continue
        inside = np.median(colours[place], axis=0)
        is_pale = inside[0] > PALE[0] and np.hypot(inside[1], inside[2]) < PALE[1]
        apart = np.linalg.norm(inside - np.median(colours[ring], axis=0))
        is_large = stats[number, cv2.CC_STAT_AREA] > LARGE * product.sum()
        if is_large or (apart > APART and not is_pale):
            found |= place
    return found
