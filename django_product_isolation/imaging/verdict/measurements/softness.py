"""How sharp the outline of the product is. By numpy alone."""

import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

from .regions import dilated, eroded

REACH = 12  # pixels to each side of the outline
LEAST_CONTRAST = 30.0  # levels
MOST_POINTS = 1500
LEAST_POINTS = 40


def outline_width(rgb: Array, product: Array) -> float | None:
    """Pixels that the step from background to product takes; None where no step is clear enough.

    ``product`` is a mask of half the picture's size.
    """
    level = rgb.astype(np.float32).mean(axis=2)
    edge = np.repeat(np.repeat(dilated(product, 2) & ~eroded(product, 2), 2, axis=0), 2, axis=1)
    edge = edge[: level.shape[0], : level.shape[1]]
    down, across = np.gradient(level)
    slope = np.hypot(down, across)
    near = slope[: edge.shape[0], : edge.shape[1]] * edge
    y, x = np.nonzero(near > 4)
    keep = (y > REACH) & (x > REACH) & (y < level.shape[0] - REACH - 1)
    keep &= x < level.shape[1] - REACH - 1
    y, x = y[keep], x[keep]
    step = max(1, len(y) // MOST_POINTS)
    y, x = y[::step], x[::step]
    if len(y) < LEAST_POINTS:
        return None
    along = np.arange(-REACH, REACH + 1)
    length = slope[y, x]
    rows = np.rint(y[:, None] + along * (down[y, x] / length)[:, None]).astype(int)
    columns = np.rint(x[:, None] + along * (across[y, x] / length)[:, None]).astype(int)
    profile = level[rows, columns]
    contrast = np.ptp(profile, axis=1)
    steepest = slope[rows, columns].max(axis=1)
    clear = contrast > LEAST_CONTRAST
    if clear.sum() < LEAST_POINTS:
        return None
    return float(np.percentile(contrast[clear] / steepest[clear], 30))
