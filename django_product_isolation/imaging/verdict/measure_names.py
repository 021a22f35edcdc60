"""What measures are called, and whether one is missing because it was not taken."""

from collections.abc import Mapping
from typing import Any

NAMES: dict[str, frozenset[str]] = {
    name: frozenset(parts.split())
    for name, parts in {
        "version": "",
        "unchecked": "",
        "size": "result source",
        "background": "below_white worst_corner corners_apart exactly_white spread",
        "frame": "empty fill area touching gap box islands",
        "softness": "outline",
        "product": "holes pale",
        "alignment": "keypoints inliers share mirrored stretch scale span",
        "overlay": "bend sharper",
        "colour": "compared shift_l shift_ab shift_chroma mean_ab mean_l hue_blobs blobs",
        "structure": "compared alike inked detail odd_share blobs",
        "rim": "points no_edge halo edge_inside",
        "extent": "agreement missing added",
    }.items()
}


def was_not_taken(missed: tuple[Any, ...], measures: Mapping[str, Any]) -> bool:
    """Whether ``missed``, what a KeyError was raised with, is one name: of a measure, or of a part
    of one, that these measures lack."""
    match missed:
        case (str(name),) if name in NAMES:
            return name not in measures
        case (str(name),):
            return any(name in NAMES[whole] for whole in NAMES if lacks(measures, whole, name))
    return False


def lacks(measures: Mapping[str, Any], whole: str, name: str) -> bool:
    part = measures.get(whole)
    return isinstance(part, Mapping) and name not in part
