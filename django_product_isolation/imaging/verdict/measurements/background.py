"""The background of a result, and what stands on it. By numpy alone."""

from dataclasses import dataclass

import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

from .regions import Regions, dilated, regions

RING = 0.012  # of the longer side
NEAR = 12.0  # levels: what lies further from the ring's median is product that touches the frame
SEEN = 7.0  # levels: what differs more from the background is no background
SOFT = 5.0  # levels a pixel: a shadow rises no faster
DARKEST = 120.0  # levels: a soft shadow takes no more from the background
PALE = 34.0  # levels
WHITE = 0.25  # of what is seen through an opening: the rest may lie in a shadow
TINGE = (5.0, 0.10)  # levels, and share of the darkening, that a shadow's bands may differ


@dataclass(frozen=True)
class Background:
    """``plain`` is its fitted colour for each pixel; the masks are of the picture's size."""

    plain: Array
    product: Array  # all that no way over background or shadow leads to
    holes: Array  # in the product, and looking like background
    shadow: Array


def ring_of(rgb: Array) -> Array:
    """Which pixels lie along the frame."""
    depth = max(2, round(RING * max(rgb.shape[:2])))
    ring = np.ones(rgb.shape[:2], bool)
    ring[depth:-depth, depth:-depth] = False
    return ring


def measured_background(rgb: Array) -> dict[str, float]:
    """How far the background is from white, in levels of 255."""
    ring, side = ring_of(rgb), max(rgb.shape[:2])
    frame = rgb[ring].astype(np.float32)
    span = max(4, round(0.03 * side))
    corners = [
        np.median(corner.reshape(-1, 3), axis=0)
        for corner in (
            rgb[:span, :span],
            rgb[:span, -span:],
            rgb[-span:, :span],
            rgb[-span:, -span:],
        )
    ]
    return {
        "below_white": float((255 - np.median(frame, axis=0)).max()),
        "worst_corner": float(max((255 - corner).max() for corner in corners)),
        "corners_apart": float(np.ptp(np.array(corners), axis=0).max()),
        "exactly_white": float((frame.min(axis=1) >= 254.5).mean()),
        "spread": float(
            (np.percentile(frame, 75, axis=0) - np.percentile(frame, 25, axis=0)).max()
        ),
    }


def fitted(rgb: Array, ring: Array) -> Array:
    """The background's colour under the whole picture, as it runs along the frame."""
    height, width = ring.shape
    y, x = np.nonzero(ring)
    y, x = y / height - 0.5, x / width - 0.5
    terms = np.stack([np.ones_like(x), x, y, x * y], axis=1)
    frame = rgb[ring].astype(np.float64)
    near = (np.abs(frame - np.median(frame, axis=0)) < NEAR).all(axis=1)
    yy = (np.arange(height) / height - 0.5)[:, None]
    xx = (np.arange(width) / width - 0.5)[None, :]
    if near.mean() < 0.3:
        return np.broadcast_to(np.median(frame, axis=0), rgb.shape).astype(np.float32)
    weights = np.linalg.lstsq(terms[near], frame[near], rcond=None)[0]
    planes = [w[0] + w[1] * xx + w[2] * yy + w[3] * xx * yy for w in weights.T]
    return np.stack(planes, axis=2).astype(np.float32)


def background_of(rgb: Array) -> Background:
    """Part a picture of 8 bits, or floats of that range, into background and product."""
    colours = rgb.astype(np.float32)
    return segmented(colours, fitted(colours, ring_of(colours)))


def segmented(colours: Array, plain: Array) -> Background:
    difference = plain - colours
    # By bands: numpy is slow along so short an axis.
    red, green, blue = (difference[..., band] for band in range(3))
    least, most = np.minimum(np.minimum(red, green), blue), np.maximum(np.maximum(red, green), blue)
    seen = np.maximum(most, -least) > SEEN
    darkening = (red + green + blue) / 3
    tinge = most - least
    level = (colours[..., 0] + colours[..., 1] + colours[..., 2]) / 3
    slope = np.maximum(np.abs(np.gradient(level, axis=0)), np.abs(np.gradient(level, axis=1)))
    soft = (tinge <= TINGE[0] + TINGE[1] * darkening) & (darkening < DARKEST) & (slope < SOFT)
    soft &= darkening > -SEEN
    passable = ~seen | soft
    found = regions(passable)
    outside = np.isin(found.labels, found.touching_the_frame())
    # A way of one pixel's width is a gap in an outline.
    open_background = regions(~dilated(~outside))
    outside &= dilated(np.isin(open_background.labels, open_background.touching_the_frame()), 2)
    product = ~outside
    white = ~seen | np.isin(found.labels, _shaded(found, ~seen))
    return Background(plain, product, product & white, outside & seen)


def _shaded(found: Regions, white: Array) -> Array:
    """The regions so much of which is as white as the background that the rest is its shadow."""
    counts = np.bincount(found.labels[white], minlength=len(found.areas) + 1)[1:]
    return np.flatnonzero(counts >= WHITE * np.maximum(found.areas, 1)) + 1


def paleness(colours: Array, background: Background) -> float:
    """The share of the product that is hardly darker than the background and without colour."""
    if not background.product.any():
        return 0.0
    difference = (background.plain - colours)[background.product]
    return float((np.abs(difference).max(axis=1) < PALE).mean())
