"""Which place in the photograph the result shows, and how sure that is. By OpenCV."""

from typing import Any

import cv2
import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array

from .place import ENOUGH, find, keypoints_of, scale_of, stretch_of
from .regions import box_of, grown


def found_place(result: Array, product: Array, photo: Array) -> tuple[Array | None, dict[str, Any]]:
    """The map from pixels of the result to those of the photograph, and numbers about it."""
    grey = cv2.cvtColor(result, cv2.COLOR_RGB2GRAY)
    mask = grown(product, 4).astype(np.uint8) * 255
    of_photo = keypoints_of(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY))
    of_result = keypoints_of(grey, mask)
    place = find(of_result, of_photo)
    inliers = place.inliers if place else 0
    measured: dict[str, Any] = {
        "keypoints": len(of_result.at),
        "inliers": inliers,
        "share": place.share if place else 0.0,
        "mirrored": 0,
    }
    if inliers < ENOUGH:
        turned = keypoints_of(grey[:, ::-1].copy(), mask[:, ::-1].copy())
        mirror = find(turned, of_photo)
        measured["mirrored"] = mirror.inliers if mirror else 0
    if place is None:
        return None, measured
    left, top, right, bottom = box_of(product)
    span = scale_of(place) * max(right - left, bottom - top)
    measured |= {
        "stretch": stretch_of(place),
        "scale": scale_of(place),
        "span": span / max(photo.shape[:2]),
    }
    return place.map, measured
