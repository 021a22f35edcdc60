"""What the rays of the camera meet: sphere tracing, and what follows from distances alone.

Knows shapes only as functions from places to distances. Coarse pictures find roughly how far
each ray goes, so that the fine one needs few steps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from PIL import Image, ImageFilter

from .camera import Box, Camera
from .fields import Field, Vector, clamp, larger, mix, smaller

Distance: TypeAlias = Callable[[Vector], Any]
LEVELS = ((8, 34), (4, 8), (2, 8))  # pixels of the picture to one of the level, and steps
STEPS = 17


@dataclass(frozen=True)
class Hits:
    """Where the rays through ``box`` meet the shape, and the share of each pixel it covers."""

    box: Box
    rays: Vector
    places: Vector
    share: Field


def trace(distance: Distance, camera: Camera, box: Box, depth: float) -> Hits:
    """Find the shape, which lies within ``depth`` of the target and is seen inside ``box``."""
    box = _widened(box)
    reached: Any = camera.reach - depth
    for coarseness, steps in LEVELS:
        small = camera.scaled(1 / coarseness)
        rays = small.rays(_divided(box, coarseness))
        reached, gap = _approach(distance, small, rays, reached, steps, camera.reach + depth)
        found, reached = _found(reached, gap, small.pixel * 4)
        box = _moved(found, box, coarseness)
    rays = camera.rays(box)
    reached, gap = _arrive(distance, camera.eye, rays, reached)
    share = _without_pinholes(clamp(1.2 - gap / camera.pixel))
    return Hits(box, rays, camera.eye + rays * reached, share)


def _widened(box: Box) -> Box:
    """Return the box widened to whole pixels of the coarsest level."""
    coarsest = LEVELS[0][0]
    left, top, right, bottom = _divided(box, coarsest)
    return left * coarsest, top * coarsest, (right + 1) * coarsest, (bottom + 1) * coarsest


def _divided(box: Box, coarseness: int) -> Box:
    left, top, right, bottom = (edge // coarseness for edge in box)
    return left, top, right, bottom


def _moved(found: Box, box: Box, coarseness: int) -> Box:
    """Return in whole pixels what was found inside the coarse picture of ``box``."""
    left, top, right, bottom = (edge * coarseness for edge in found)
    return box[0] + left, box[1] + top, box[0] + right, box[1] + bottom


def _approach(
    distance: Distance, camera: Camera, rays: Vector, reached: Any, steps: int, far: float
) -> tuple[Field, Field]:
    """Walk while no ray through any part of a pixel can have met the shape yet."""
    reached = rays.x * 0.0 + reached
    gap = reached
    for _ in range(steps):
        gap = distance(camera.eye + rays * reached)
        reached = smaller(reached + larger(gap * 0.95 - camera.pixel, 0.0), far)
    return reached, gap


def _found(reached: Field, gap: Field, near: float) -> tuple[Box, Field]:
    """Return the part of the picture that shows the shape, twice as fine for the next level."""
    shown = clamp((near - gap) * 1e5).as_band()
    found = shown.getbbox()
    if found is None:
        raise ValueError("The product stands outside the picture.")
    size = (2 * (found[2] - found[0]), 2 * (found[3] - found[1]))
    return found, Field(reached.image.crop(found).resize(size, Image.Resampling.NEAREST))


def _arrive(distance: Distance, eye: Vector, rays: Vector, reached: Any) -> tuple[Any, Any]:
    """Return where each ray came nearest to the shape, and how near."""
    nearest, nearest_at = reached * 0.0 + 1e3, reached
    for _ in range(STEPS):
        gap = distance(eye + rays * reached)
        nearest_at = mix(nearest_at, reached, clamp((nearest - gap) * 1e6))
        nearest = smaller(nearest, gap)
        reached = reached + gap * 0.97
    return nearest_at, nearest


def _without_pinholes(share: Field) -> Field:
    """Fill the holes left by rays that ran out of steps in a crevice."""
    wide = share.image.filter(ImageFilter.MaxFilter(7))
    return Field(wide.filter(ImageFilter.MinFilter(7)))


def normal(distance: Distance, place: Vector, reach: float = 0.006) -> Vector:
    """Return which way the surface faces, from four probes at the corners of a tetrahedron."""
    total = Vector(0.0, 0.0, 0.0)
    for x, y, z in ((1.0, -1.0, -1.0), (-1.0, -1.0, 1.0), (-1.0, 1.0, -1.0), (1.0, 1.0, 1.0)):
        corner = Vector(x, y, z)
        total = total + corner * distance(place + corner * reach)
    return total.unit()


def openness(distance: Distance, place: Vector, facing: Vector, *, reach: float) -> Any:
    """Return 1 where the sky is free, less in corners and near the floor (ambient occlusion)."""
    closed: Any = 0.0
    for number in (1, 2, 3):
        step = reach * number / 3
        closed = closed + larger(step - distance(place + facing * step), 0.0) * (0.35 / step)
    return clamp(1.0 - closed)


def lit(distance: Distance, place: Vector, light: Vector, *, steps: int, softness: float) -> Any:
    """Return how much of the lamp each place sees: 1 all of it, 0 none (soft shadow)."""
    travelled: Any = place.x * 0.0 + 0.05
    share: Any = travelled * 0.0 + 1.0
    for _ in range(steps):
        gap = distance(place + light * travelled)
        share = smaller(share, gap / travelled * softness)
        travelled = travelled + clamp(gap, 0.04, 0.25)
    return clamp(share)
