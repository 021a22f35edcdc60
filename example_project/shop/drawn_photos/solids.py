"""Shapes as distances: each function tells how far every place is from the surface.

Inside is negative. Knows shapes only, neither colour nor light. The formulas are the signed
distance functions that are common in computer graphics.
"""

from typing import Any

from .fields import Number, Vector, clamp, larger, mix, smaller


def ellipsoid(place: Vector, centre: Vector, radii: Vector) -> Any:
    offset = place - centre
    near = Vector(offset.x / radii.x, offset.y / radii.y, offset.z / radii.z)
    steep = Vector(near.x / radii.x, near.y / radii.y, near.z / radii.z)
    size = near.length()
    # The quotient is too bold near the middle, where a ray would jump through a wall.
    safe = (size - 1.0) * min(radii.x, radii.y, radii.z)
    return larger(size * (size - 1.0) / (steep.length() + 1e-6), safe)


def box(place: Vector, centre: Vector, half: Vector, rounding: float = 0.02) -> Any:
    """``half`` is half of each side, the rounding included."""
    offset = place - centre
    x = abs(offset.x) - (half.x - rounding)
    y = abs(offset.y) - (half.y - rounding)
    z = abs(offset.z) - (half.z - rounding)
    outside = Vector(larger(x, 0.0), larger(y, 0.0), larger(z, 0.0)).length()
    return outside + smaller(larger(x, larger(y, z)), 0.0) - rounding


def disc(across: Any, along: Any, radius: Number, half: float, rounding: float = 0.02) -> Any:
    """A cylinder or, where ``radius`` changes along the axis, any turned shape.

    ``across`` is the distance from the axis, ``along`` the place on it, 0 in the middle of the
    shape, which is twice ``half`` long.
    """
    side = across - radius + rounding
    end = abs(along) - (half - rounding)
    outside = (larger(side, 0.0) ** 2 + larger(end, 0.0) ** 2) ** 0.5
    return outside + smaller(larger(side, end), 0.0) - rounding


def ring(across: Any, along: Any, radius: float, thickness: float) -> Any:
    """A torus about the same kind of axis as ``disc``."""
    return ((across - radius) ** 2 + along**2) ** 0.5 - thickness


def rod(place: Vector, start: Vector, end: Vector, first: float, last: float) -> Any:
    """A round stick whose radius goes from ``first`` to ``last``."""
    offset, axis = place - start, end - start
    share = clamp(offset.dot(axis) * (1 / axis.dot(axis)))
    return (offset - axis * share).length() - mix(first, last, share)


def from_axis(place: Vector) -> Any:
    """Distance from the upright axis through the origin."""
    return (place.x**2 + place.z**2) ** 0.5


def join(first: Any, second: Any, softness: float) -> Any:
    """Both shapes with a soft seam."""
    overlap = larger(softness - abs(first - second), 0.0)
    return smaller(first, second) - overlap * overlap * (0.25 / softness)


def common(first: Any, second: Any, softness: float) -> Any:
    """What lies in both shapes, with a soft edge."""
    return -join(-first, -second, softness)


def cut(shape: Any, hole: Any, softness: float = 0.01) -> Any:
    """The shape without the hole, with a soft edge."""
    return common(shape, -hole, softness)
