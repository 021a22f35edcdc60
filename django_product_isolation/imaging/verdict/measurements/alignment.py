"""How the result lies over the photograph, and how sure that is. By OpenCV."""

from typing import Any

import cv2
import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

from .keypoints import ENOUGH, FEATURES, Keypoints, Match, find, keypoints_of, scale_of, stretch_of
from .regions import box_of, dilated

PHOTO_SIDE = 800  # pixels: finer details are hardly the same in a redraw
MANY = 9000  # keypoints, where the strongest are all of what is around the product
AROUND = 12  # pixels: what a keypoint at the outline is described by


def found_alignment(
    result: Array, product: Array, photo: Array
) -> tuple[Array | None, dict[str, Any]]:
    """The map from pixels of the result to those of the photograph, and numbers about it."""
    near = dilated(product, 4)
    left, top, right, bottom = box_of(dilated(near, AROUND))
    shown = slice(top, bottom), slice(left, right)
    grey = cv2.cvtColor(result[shown], cv2.COLOR_RGB2GRAY)
    mask = near[shown].astype(np.uint8) * 255
    of_photo = _of_photo(photo, FEATURES)
    of_result = keypoints_of(grey, mask).moved(left, top)
    alignment = find(of_result, of_photo)
    if _inliers(alignment) < ENOUGH and len(of_photo.at) >= FEATURES:
        of_photo = _of_photo(photo, MANY)
        alignment = max(alignment, find(of_result, of_photo), key=_inliers)
    inliers = _inliers(alignment)
    measured: dict[str, Any] = {
        "keypoints": len(of_result.at),
        "inliers": inliers,
        "share": alignment.share if alignment else 0.0,
        "mirrored": 0,
    }
    if inliers < ENOUGH:
        turned = keypoints_of(grey[:, ::-1].copy(), mask[:, ::-1].copy())
        measured["mirrored"] = _inliers(find(turned, of_photo))
    if alignment is None:
        return None, measured
    left, top, right, bottom = box_of(product)
    span = scale_of(alignment) * max(right - left, bottom - top)
    measured |= {
        "stretch": stretch_of(alignment),
        "scale": scale_of(alignment),
        "span": span / max(photo.shape[:2]),
    }
    return alignment.map, measured


def _inliers(alignment: Match | None) -> int:
    return alignment.inliers if alignment else 0


def _of_photo(photo: Array, most: int) -> Keypoints:
    """Found in a smaller picture, and told in pixels of ``photo``."""
    scale = min(1.0, PHOTO_SIDE / max(photo.shape[:2]))
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return keypoints_of(small, most=most).enlarged(1 / scale)
