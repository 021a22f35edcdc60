"""Photographs a product: traces it, lights it, and works out the shadow that it throws.

Knows how a picture of shapes and surfaces comes about, nothing of particular products or rooms.
"""

import math
from dataclasses import dataclass
from typing import Any

from PIL import Image

from .camera import Camera
from .fields import Field, Vector, clamp, larger, smaller
from .light import Light, shade
from .products import Product
from .tracing import Hits, lit, normal, openness, trace

SOFT = 2  # light and shadow are soft: a picture this much smaller is enough for them


@dataclass(frozen=True)
class Pose:
    """A product turned by ``turn`` radians about the upright axis."""

    product: Product
    turn: float

    def own(self, place: Vector) -> Vector:
        """Return the place as the product sees it."""
        return place.turned(math.cos(self.turn), math.sin(self.turn))

    def distance(self, place: Vector) -> Any:
        return self.product.distance(self.own(place))

    def distance_with_floor(self, place: Vector) -> Any:
        return smaller(self.distance(place), place.y)


def photograph(pose: Pose, camera: Camera, light: Light) -> Image.Image:
    """Return the product alone in a picture of the camera's size, transparent around it."""
    product = pose.product
    box = camera.box_around(product.radius, product.top)
    hits = trace(pose.distance, camera, box, product.top)
    facing = normal(pose.distance, hits.places)
    seen, free = _light_on(pose, hits, facing, light)
    picture = Image.new("RGBA", camera.size)
    picture.paste(_developed(_shaded(pose, hits, facing, light, seen, free), hits), hits.box[:2])
    return picture


def _light_on(pose: Pose, hits: Hits, facing: Vector, light: Light) -> tuple[Field, Field]:
    """Return how much each place sees of the window and of the sky."""
    place, toward = _reduced(hits.places), _reduced(facing)
    size = hits.share.image.size
    free = openness(pose.distance_with_floor, place, toward, reach=0.3)
    start = place + toward * 0.02
    seen = lit(pose.distance_with_floor, start, light.direction, steps=10, softness=6)
    return _enlarged(seen, size), _enlarged(free, size)


def _reduced(vector: Vector) -> Vector:
    return Vector(*(Field(part.image.reduce(SOFT)) for part in (vector.x, vector.y, vector.z)))


def _enlarged(field: Field, size: tuple[int, int]) -> Field:
    return Field(field.image.resize(size, Image.Resampling.BILINEAR))


def _shaded(
    pose: Pose, hits: Hits, facing: Vector, light: Light, seen: Field, free: Field
) -> Vector:
    """Return the light from each place: of the nearest part, with soft borders between parts."""
    place = pose.own(hits.places)
    parts = zip(pose.product.shapes(place), pose.product.surfaces(place), strict=True)
    nearest, surface = next(parts)
    colour = shade(light, surface, facing, hits.rays, seen, free)
    for gap, surface in parts:
        here = shade(light, surface, facing, hits.rays, seen, free)
        colour = colour.mixed(here, clamp((nearest - gap) * 200 + 0.5))
        nearest = smaller(nearest, gap)
    return colour


def _developed(colour: Vector, hits: Hits) -> Image.Image:
    bands = [_exposed(part).as_band() for part in (colour.x, colour.y, colour.z)]
    return Image.merge("RGBA", [*bands, hits.share.as_band()])


def _exposed(value: Field) -> Any:
    """Return linear light as the eye's 0 to 1, highlights rolled off instead of cut."""
    bright = larger(value, 0.0) * 1.75
    return (bright * (bright * 0.16 + 1.0) / (bright + 1.0)) ** (1 / 2.2)


def shadow(pose: Pose, camera: Camera, light: Light) -> Image.Image:
    """Return what the product leaves of the light on the floor, 255 for all of it."""
    small = camera.scaled(1 / SOFT)
    rays = small.rays((0, 0, *small.size))
    far = larger(-rays.y, 0.05) ** -1 * small.eye_height
    place = small.eye + rays * far
    floor = Vector(place.x, place.y * 0.0 + 0.001, place.z)
    seen = lit(pose.distance, floor, light.direction, steps=14, softness=2.8)
    contact = clamp(pose.distance(floor) * 7.0) ** 0.6 * 0.65 + 0.35
    left: Field = (seen * 0.62 + 0.38) * contact
    return left.as_band().resize(camera.size, Image.Resampling.BICUBIC)
