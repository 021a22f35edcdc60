"""Arithmetic on whole pictures: a Field holds one float for every pixel, a Vector three of them.

Knows numbers only, no shapes and no colours. Pillow's ImageMath does the work, so that drawing
needs no further package.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from PIL import Image, ImageMath

Number: TypeAlias = "Field | float"


class Field:
    """A picture of floats that adds, multiplies and compares pixel by pixel."""

    __slots__ = ("image",)

    def __init__(self, image: Image.Image) -> None:
        self.image = image

    def __add__(self, other: Number) -> Field:
        if isinstance(other, Field):
            return _combined(operator.add, self, other)
        return self.scaled(1.0, other)

    def __sub__(self, other: Number) -> Field:
        if isinstance(other, Field):
            return _combined(operator.sub, self, other)
        return self.scaled(1.0, -other)

    def __mul__(self, other: Number) -> Field:
        if isinstance(other, Field):
            return _combined(operator.mul, self, other)
        return self.scaled(other, 0.0)

    def __truediv__(self, other: Number) -> Field:
        if isinstance(other, Field):
            return _combined(operator.truediv, self, other)
        return self.scaled(1 / other, 0.0)

    def __radd__(self, other: float) -> Field:
        return self.scaled(1.0, other)

    def __rsub__(self, other: float) -> Field:
        return self.scaled(-1.0, other)

    def __rmul__(self, other: float) -> Field:
        return self.scaled(other, 0.0)

    def __mod__(self, other: float) -> Field:
        return Field(ImageMath.lambda_eval(lambda names: names["a"] % other, a=self.image))

    def __pow__(self, other: float) -> Field:
        if other == 2:  # a product is ten times as fast as a power
            return self * self
        return Field(ImageMath.lambda_eval(lambda names: names["a"] ** other, a=self.image))

    def __neg__(self) -> Field:
        return self.scaled(-1.0, 0.0)

    def __abs__(self) -> Field:
        return Field(ImageMath.lambda_eval(lambda names: abs(names["a"]), a=self.image))

    def scaled(self, factor: float, offset: float) -> Field:
        return Field(self.image.point(lambda value: value * factor + offset))

    def as_band(self) -> Image.Image:
        """Return 0 to 1 as a band of 0 to 255, what lies outside cut off."""
        return self.scaled(255.0, 0.0).image.convert("L")


def _combined(operation: Callable[[Any, Any], Any], first: Field, second: Field) -> Field:
    pair = {"a": first.image, "b": second.image}
    return Field(ImageMath.lambda_eval(lambda names: operation(names["a"], names["b"]), **pair))


def _chosen(name: str, first: Any, second: Any) -> Any:
    """Return ImageMath's "min" or "max" of two numbers, of which at least one is a field."""
    if not isinstance(first, Field):
        first, second = second, first
    other = {"b": second.image} if isinstance(second, Field) else {}
    return Field(
        ImageMath.lambda_eval(
            lambda names: names[name](names["a"], names["b"] if other else second),
            a=first.image,
            **other,
        )
    )


def smaller(first: Number, second: Number) -> Any:
    return _chosen("min", first, second)


def larger(first: Number, second: Number) -> Any:
    return _chosen("max", first, second)


def clamp(value: Number, low: float = 0.0, high: float = 1.0) -> Any:
    return smaller(larger(value, low), high)


def mix(first: Any, second: Any, share: Number) -> Any:
    """Return ``first`` where ``share`` is 0, ``second`` where it is 1."""
    return first + (second - first) * share


def smoothstep(low: float, high: float, value: Number) -> Any:
    """Return 0 below ``low``, 1 above ``high`` and a soft S between them."""
    share = clamp((value - low) * (1 / (high - low)))
    return share * share * (3.0 - share * 2.0)


def between(low: float, high: float, value: Number, soft: float = 0.006) -> Any:
    """Return 1 between ``low`` and ``high`` and 0 outside, with soft borders."""
    return smoothstep(low - soft, low, value) * (1.0 - smoothstep(high, high + soft, value))


def ramp(size: tuple[int, int], start: float, end: float, *, across: bool) -> Field:
    """Return a field that goes evenly from ``start`` to ``end``, across or down the picture."""
    count = size[0] if across else size[1]
    line = Image.new("F", (count, 1) if across else (1, count))
    line.putdata([start + (end - start) * (index + 0.5) / count for index in range(count)])
    return Field(line.resize(size, Image.Resampling.NEAREST))


@dataclass(frozen=True)
class Vector:
    """Three numbers, or three for every pixel: a place, a direction or a colour."""

    x: Any
    y: Any
    z: Any

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other: Vector) -> Vector:
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, factor: Number) -> Vector:
        return Vector(factor * self.x, factor * self.y, factor * self.z)

    def dot(self, other: Vector) -> Any:
        return self.x * other.x + self.y * other.y + self.z * other.z

    def length(self) -> Any:
        return self.dot(self) ** 0.5

    def unit(self) -> Vector:
        """Return the same direction, 1 long; nothing stays nothing."""
        length = self.length() + 1e-9
        return Vector(self.x / length, self.y / length, self.z / length)

    def mixed(self, other: Vector, share: Number) -> Vector:
        """Return this where ``share`` is 0, ``other`` where it is 1."""
        return Vector(
            mix(self.x, other.x, share), mix(self.y, other.y, share), mix(self.z, other.z, share)
        )

    def turned(self, cosine: float, sine: float) -> Vector:
        """Return the place turned about the upright axis."""
        return Vector(self.x * cosine + self.z * sine, self.y, self.z * cosine - self.x * sine)
