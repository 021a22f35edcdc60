"""Things to wear: sneaker, backpack and headphones, their shapes and what they are made of.

Each pair of functions gives, for the same parts in the same order, the distance and the surface.
"""

from typing import Any

from .fields import Vector, between, larger, smaller, smoothstep
from .light import Surface, blended, colour
from .solids import box, common, cut, disc, ellipsoid, join, ring


def sneaker(place: Vector) -> list[Any]:
    narrow = smoothstep(-0.2, 0.4, place.x) * 0.22 + 1.0
    foot = Vector(place.x, place.y, place.z * narrow)
    from_middle = (larger(abs(foot.x) - 0.40, 0.0) ** 2 + foot.z**2) ** 0.5
    lift = smoothstep(0.35, 0.75, -place.x) * 0.05
    sole = disc(from_middle, place.y - 0.065 - lift, 0.225, 0.065, 0.03) * 0.9
    toe = ellipsoid(foot, Vector(-0.36, 0.15, 0.0), Vector(0.26, 0.15, 0.2))
    instep = ellipsoid(foot, Vector(0.0, 0.17, 0.0), Vector(0.42, 0.24, 0.2))
    heel = ellipsoid(foot, Vector(0.36, 0.24, 0.0), Vector(0.25, 0.34, 0.2))
    shoe = join(join(toe, instep, 0.14), heel, 0.14)
    opening = ellipsoid(place, Vector(0.34, 0.60, 0.0), Vector(0.23, 0.34, 0.125))
    upper = larger(cut(shoe, opening, 0.05), 0.1 - place.y) * 0.9
    slanted = Vector(place.x - place.y * 0.45, place.y, place.z)
    tongue = ellipsoid(slanted, Vector(-0.115, 0.42, 0.0), Vector(0.045, 0.13, 0.1)) * 0.7
    return [sole, upper, smaller(laces(place, shoe), tongue)]


def laces(place: Vector, shoe: Any) -> Any:
    """Raised bands across the instep, wherever the shoe's own surface runs."""
    along = place.x * 0.9 + place.y * 0.43 + 0.141
    band = abs((along + 1.02) % 0.085 - 0.0425) - 0.018
    span = larger(abs(along - 0.19) - 0.17, abs(place.z) - 0.1)
    return common(shoe - 0.022, larger(larger(band, span), 0.25 - place.y), 0.02) * 0.8


def sneaker_surfaces(place: Vector) -> list[Surface]:
    slant = place.x + place.y * 0.45 + 0.06
    stripes = between(0.036, 0.085, slant % 0.13) * between(0.0, 0.26, slant, 0.001)
    stripes = stripes * (1.0 - smoothstep(0.30, 0.31, place.y))
    ends = larger(1.0 - smoothstep(-0.46, -0.45, place.x), smoothstep(0.5, 0.51, place.x))
    lining = smoothstep(0.135, 0.145, 0.28 - abs(place.z)) * smoothstep(0.12, 0.13, place.x)
    light = larger(larger(stripes, ends), lining)
    line = smoothstep(0.004, 0.010, abs(place.y - 0.085))
    return [
        Surface(blended("8a3b2a", "efece4", line), 0.08),
        Surface(blended("2b4c7e", "f1eee6", light), 0.04),
        Surface(colour("f6f4ee"), 0.03),
    ]


def backpack(place: Vector) -> list[Any]:
    narrow = larger(place.y - 0.6, 0.0) * 0.25 + 1.0
    tapered = Vector(place.x * narrow, place.y, place.z * narrow)
    half = Vector(abs(place.x), place.y, place.z)
    body = box(tapered, Vector(0.0, 0.58, 0.0), Vector(0.42, 0.58, 0.23), 0.13) * 0.9
    pocket = box(place, Vector(0.0, 0.36, 0.24), Vector(0.31, 0.22, 0.10), 0.075)
    side = box(half, Vector(0.42, 0.3, 0.0), Vector(0.06, 0.2, 0.13), 0.05)
    flap = box(place, Vector(0.0, 0.62, 0.235), Vector(0.33, 0.05, 0.05), 0.03)
    belts = box(half, Vector(0.2, 0.52, 0.30), Vector(0.03, 0.32, 0.07), 0.02)
    buckles = box(half, Vector(0.2, 0.40, 0.365), Vector(0.045, 0.035, 0.02), 0.008)
    arch = ((place.x * 0.9) ** 2 + (place.y - 1.13) ** 2) ** 0.5
    handle = ring(arch, (place.z + 0.05) * 0.6, 0.12, 0.024)
    bag = join(body, smaller(pocket, side), 0.03)
    return [bag, smaller(smaller(belts, flap), handle), buckles]


def backpack_surfaces(place: Vector) -> list[Surface]:
    seam = smoothstep(0.006, 0.012, abs(place.y - 0.78))
    return [
        Surface(blended("3a2c14", "b98228", seam), 0.02),
        Surface(colour("5e3820"), 0.12),
        Surface(colour("c9b27a"), 0.8, 1.0),
    ]


def headphones(place: Vector) -> list[Any]:
    half = Vector(abs(place.x), place.y, place.z)
    above = place.y - 0.58
    arch = (place.x**2 + above**2) ** 0.5
    band = larger(ring(arch, place.z * 0.45, 0.5, 0.035), -0.05 - above)
    pad = larger(ring(arch, place.z * 0.5, 0.465, 0.035), 0.25 - above)
    arm = box(half, Vector(0.51, 0.43, 0.0), Vector(0.018, 0.22, 0.035), 0.015)
    from_ear = ((place.y - 0.27) ** 2 * 0.82 + place.z**2 * 1.1) ** 0.5
    cup = disc(from_ear, half.x - 0.50, 0.235, 0.055, 0.05)
    plate = disc(from_ear, half.x - 0.55, 0.17, 0.02, 0.015)
    cushion = ring(from_ear, (half.x - 0.41) * 0.9, 0.17, 0.07)
    return [smaller(band, cup), smaller(pad, cushion), smaller(arm, plate)]


def headphones_surfaces(place: Vector) -> list[Surface]:
    return [
        Surface(colour("e9e4da"), 0.2),
        Surface(colour("6b4a35"), 0.06),
        Surface(colour("d2b48a"), 0.75, 1.0),
    ]
