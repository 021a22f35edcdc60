"""From which measure on a result deserves a second look."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Levels are of 255, shares are fractions, colours are Lab units; all of them may be changed.

    A larger limit asks for more before anything is said; only ``least_fill``, ``least_inliers``,
    ``least_share``, ``least_span`` and ``least_alike`` work the other way round.
    """

    # The result alone
    below_white: float = 6.0  # levels, median along the frame
    worst_corner: float = 10.0  # levels
    touching: float = 0.012  # of a side of the frame
    least_fill: float = 0.42  # of the frame, the product's longer side
    most_fill: float = 0.985
    island: float = 0.006  # of the product
    outline: float = 5.4  # pixels at 840 pixels a side

    # The two pictures
    least_inliers: int = 6
    least_share: float = 0.015  # of the result's keypoints
    least_span: float = 0.28  # of the photograph's longer side
    least_alike: float = 0.55  # correlation of the fine structure
    stretch: float = 1.09  # times
    stretch_inliers: int = 12  # fewer say nothing about it
    shift_ab: float = 6.8
    shift_l: float = 12.5
    shift_chroma: float = 9.0
    part_colour: tuple[tuple[float, float], ...] = ((8.0, 0.045), (11.0, 0.03), (15.0, 0.02))
    structure: tuple[tuple[float, float], ...] = ((2.0, 0.03), (3.0, 0.024), (4.5, 0.016))
    no_edge: float = 0.09  # of the outline
    no_edge_run: float = 0.05  # of the outline
    halo: float = 0.3  # of the outline
    agreement: float = 0.8  # of product and saliency, from which on it is believed
    missing: float = 0.03  # of the product
    added: float = 0.075  # of the product

    # What cannot be compared
    pale: float = 0.5  # of the product, hardly darker than the ground
    holes: float = 0.3  # of the product


DEFAULT = Limits()
