"""From which measure on a result deserves a second look."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Levels are of 255, shares are fractions, colours are Lab units; all of them may be changed.

    A larger limit asks for more before anything is said; those that begin with ``least``, and the
    counts of inliers and keypoints, work the other way round. Where a limit is a row of pairs,
    each is the share that counts from a level on.
    """

    # The result alone
    below_white: float = 6.0  # levels, median along the frame
    worst_corner: float = 10.0  # levels
    touching: float = 0.012  # of a side of the frame
    least_fill: float = 0.45  # of the frame, the product's longer side
    most_fill: float = 0.985
    island: float = 0.004  # of the product
    most_island: float = 0.35
    outline: float = 5.4  # pixels at 840 pixels a side

    # The two pictures
    least_inliers: int = 6
    least_share: float = 0.015  # of the result's keypoints
    least_span: float = 0.28  # of the photograph's longer side
    stretch: float = 1.08  # times
    stretch_inliers: int = 12  # fewer say nothing about it
    shift_ab: float = 6.8
    shift_l: float = 11.5
    shift_chroma: float = 9.0
    part_colour: tuple[tuple[float, float], ...] = ((8.0, 0.02), (11.0, 0.012), (15.0, 0.006))
    structure: tuple[tuple[float, float], ...] = (
        (2.0, 0.011),
        (3.0, 0.008),
        (4.5, 0.006),
        (7.0, 0.003),
    )
    no_edge: tuple[tuple[float, float], ...] = ((2.0, 0.012), (3.0, 0.036))  # of the outline
    halo: float = 0.23  # of the outline
    agreement: float = 0.8  # of product and saliency, from which on it is believed
    confirmed: float = 0.95  # of the same, from which on a missing edge says nothing
    missing: float = 0.018  # of the product
    same_colour: float = 10.0  # Lab units from the product to a part that goes on as it does
    missing_same: float = 0.012  # of the product, in such a part
    agreement_without: float = 0.6  # of product and saliency, such a part left out
    added: float = 0.075  # of the product
    added_seen_twice: float = 0.03  # of the product, where something else says so, too

    # What cannot be compared
    plain: int = 200  # keypoints of the result, fewer of which are hardly to be found again
    sure: int = 12  # inliers, fewer of which lay nothing over one another exactly
    pale: float = 0.5  # of the product, hardly darker than the background
    pale_edge: float = 0.2  # of the product, from which on its outline need not be an edge
    holes: float = 0.3  # of the product


DEFAULT = Limits()
