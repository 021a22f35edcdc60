"""The camera: where each pixel looks.

Knows geometry only. Lengths are in units of about one product's height; x goes right, y up and
z towards the camera; the floor is y = 0 and the product stands on the origin.
"""

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

from .fields import Vector, ramp

Box: TypeAlias = tuple[int, int, int, int]  # left, top, right, bottom in pixels


@dataclass(frozen=True, kw_only=True)
class Camera:
    """``width`` and ``height`` are in pixels; it looks at the point ``target`` above the origin."""

    width: int
    height: int
    eye_height: float
    target: float
    frame: float  # how much of the world's height the picture shows at the target
    away: float = 5.0

    @property
    def size(self) -> tuple[int, int]:
        return self.width, self.height

    @property
    def eye(self) -> Vector:
        return Vector(0.0, self.eye_height, self.away)

    @property
    def reach(self) -> float:
        """How far the target is."""
        return math.hypot(self.eye_height - self.target, self.away)

    @property
    def pitch(self) -> tuple[float, float]:
        """Cosine and sine of how far the camera looks down."""
        return self.away / self.reach, (self.eye_height - self.target) / self.reach

    @property
    def focal(self) -> float:
        """Focal length in pixels."""
        return self.height * self.reach / self.frame

    @property
    def pixel(self) -> float:
        """Size of one pixel at the target."""
        return self.frame / self.height

    def scaled(self, factor: float) -> "Camera":
        return replace(self, width=round(self.width * factor), height=round(self.height * factor))

    def rays(self, box: Box) -> Vector:
        """Return the directions, 1 long, in which the pixels of ``box`` look."""
        left, top, right, bottom = box
        size = (right - left, bottom - top)
        focal, middle_x, middle_y = self.focal, self.width / 2, self.height / 2
        across = ramp(size, (left - middle_x) / focal, (right - middle_x) / focal, across=True)
        up = ramp(size, (middle_y - top) / focal, (middle_y - bottom) / focal, across=False)
        cosine, sine = self.pitch
        return Vector(across, up * cosine - sine, up * -sine - cosine).unit()

    def pixel_of(self, x: float, y: float, z: float) -> tuple[float, float]:
        """Return where the point is seen, in pixels from the left and the top."""
        cosine, sine = self.pitch
        rise, depth = y - self.eye_height, self.away - z
        ahead = depth * cosine - rise * sine
        up = rise * cosine + depth * sine
        return (
            self.width / 2 + self.focal * x / ahead,
            self.height / 2 - self.focal * up / ahead,
        )

    def box_around(self, radius: float, top: float) -> Box:
        """Return the pixels that can show an upright cylinder on the origin."""
        corners = [
            self.pixel_of(x, y, z)
            for x in (-radius, radius)
            for y in (0.0, top)
            for z in (-radius, radius)
        ]
        across, down = [x for x, _ in corners], [y for _, y in corners]
        return (
            max(0, math.floor(min(across))),
            max(0, math.floor(min(down))),
            min(self.width, math.ceil(max(across))),
            min(self.height, math.ceil(max(down))),
        )
