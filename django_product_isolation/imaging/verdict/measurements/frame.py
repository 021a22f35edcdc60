"""How the product stands in the frame of its result. By numpy alone."""

import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

from .regions import Regions, box_of, dilated, regions

DUST = 0.0008  # of the picture: smaller parts are not looked at
ISLAND = 0.002  # of the largest part
IN_SHADOW = 0.6  # of what is around a dark streak of a shadow
THIN = 0.018  # of the picture's longer side: no streak is thicker


def main_part(product: Array) -> tuple[Array, Regions]:
    """The largest part, joined over gaps of a few pixels, and all parts."""
    found = regions(dilated(product, 2))
    if not len(found.areas):
        return product, found
    return (found.labels == found.largest_first()[0]) & product, found


def measured_frame(product: Array, shadow: Array) -> dict[str, object]:
    """Shares of the picture's sides and of the product; boxes as fractions of the picture."""
    height, width = product.shape
    main, found = main_part(product)
    if main.sum() < DUST * product.size:
        return {"empty": True}
    islands, whole = [], main.copy()
    for number in found.largest_first()[1:8]:
        part = (found.labels == number) & product
        share = float(part.sum() / main.sum())
        if share > ISLAND and not _is_dark_streak(part, shadow):
            islands.append({"share": share, "box": fractions(box_of(part), width, height)})
            whole |= part
    left, top, right, bottom = box_of(whole)
    sides = (main[:, 0], main[:, -1], main[0], main[-1])
    touching = [float(side.mean()) for side in sides]
    return {
        "empty": False,
        "fill": max((right - left) / width, (bottom - top) / height),
        "area": float(whole.mean()),
        "touching": max(touching),
        "gap": min(left / width, top / height, 1 - right / width, 1 - bottom / height),
        "box": fractions((left, top, right, bottom), width, height),
        "islands": islands,
    }


def _is_dark_streak(part: Array, shadow: Array) -> bool:
    """Whether a part is the line along which a shadow is not soft enough to be told as one."""
    left, top, right, bottom = box_of(part)
    if min(right - left, bottom - top) > THIN * max(part.shape):
        return False
    border = dilated(part, 5) & ~dilated(part, 3)  # without its own soft edge
    return bool(shadow[border].mean() > IN_SHADOW)


def fractions(box: tuple[int, int, int, int], width: int, height: int) -> list[float]:
    left, top, right, bottom = box
    scaled = (left / width, top / height, right / width, bottom / height)
    return [round(float(np.clip(value, 0, 1)), 4) for value in scaled]
