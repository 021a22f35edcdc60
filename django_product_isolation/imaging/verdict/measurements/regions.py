"""Connected regions of a mask, and their boxes. By numpy alone."""

from dataclasses import dataclass

import numpy as np

from django_product_isolation.imaging.verdict.arrays import Array


@dataclass(frozen=True)
class Regions:
    """``labels`` is 0 outside, and 1 and more in the regions; ``areas[n - 1]`` in pixels."""

    labels: Array
    areas: Array

    def largest_first(self) -> list[int]:
        return [int(n) + 1 for n in np.argsort(-self.areas, kind="stable")]

    def touching_the_frame(self) -> Array:
        """The numbers of the regions along the picture's four sides."""
        edges = (self.labels[0], self.labels[-1], self.labels[:, 0], self.labels[:, -1])
        found = np.unique(np.concatenate(edges))
        return found[found > 0]


def regions(mask: Array) -> Regions:
    """The parts of a mask that touch along their sides."""
    height, width = mask.shape
    pitch = width + 1  # so that no run goes on into the next row
    flat = np.zeros(height * pitch + 1, np.int8)
    flat[1:].reshape(height, pitch)[:, :width] = mask
    steps = np.diff(np.append(flat, 0))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    names = _joined(starts, ends, pitch)
    _, names = np.unique(names, return_inverse=True)
    names = names.reshape(-1) + 1
    painted = np.zeros(height * pitch + 1, np.int32)
    lengths = ends - starts
    within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    painted[np.repeat(starts, lengths) + within] = np.repeat(names, lengths)
    labels = painted[:-1].reshape(height, pitch)[:, :width]
    return Regions(labels, np.bincount(labels.ravel())[1:])


def _joined(starts: Array, ends: Array, pitch: int) -> Array:
    """For each run the number of the first run that it hangs together with."""
    names = np.arange(len(starts))
    first = np.searchsorted(ends - pitch, starts, side="right")
    last = np.searchsorted(starts - pitch, ends, side="left")
    counts = np.maximum(last - first, 0)
    above = np.repeat(names, counts)
    below = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    below = below + np.repeat(first, counts)
    while True:
        one, other = names[above], names[below]
        if np.array_equal(one, other):
            return names
        np.minimum.at(names, np.maximum(one, other), np.minimum(one, other))
        while not np.array_equal(names, names[names]):
            names = names[names]


def box_of(mask: Array) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in pixels; the last two are just outside."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return 0, 0, 0, 0
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def halved(pixels: Array) -> Array:
    """The means of two by two pixels, as float."""
    height, width = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    even = pixels[:height, :width].astype(np.float32)
    return (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4


def dilated(mask: Array, by: int = 1) -> Array:
    """A mask with ``by`` pixels more on each side."""
    for _ in range(by):
        wide = np.pad(mask, 1)
        mask = (
            wide[1:-1, 1:-1] | wide[:-2, 1:-1] | wide[2:, 1:-1] | wide[1:-1, :-2] | wide[1:-1, 2:]
        )
    return mask


def eroded(mask: Array, by: int = 1) -> Array:
    return ~dilated(~mask, by)
