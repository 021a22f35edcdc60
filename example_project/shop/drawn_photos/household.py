"""Things for the house: mug, bottle, lamp, plant pot and chair, their shapes and what they are of.

Each pair of functions gives, for the same parts in the same order, the distance and the surface.
"""

from typing import Any

from .fields import Vector, between, clamp, larger, smaller, smoothstep
from .light import Surface, blended, colour
from .solids import box, cut, disc, ellipsoid, from_axis, join, ring, rod


def mug(place: Vector) -> list[Any]:
    axis = from_axis(place)
    hole = disc(axis, place.y - 0.6, 0.39, 0.54, 0.04)
    body = cut(disc(axis, place.y - 0.46, 0.42, 0.46, 0.05), hole)
    aside = Vector(place.x - 0.42, (place.y - 0.48) * 0.85, place.z)
    handle = ring((aside.x**2 + aside.y**2) ** 0.5, aside.z, 0.23, 0.042)
    handle = larger(handle, 0.405 - axis)
    rim = ring(axis, place.y - 0.9, 0.405, 0.025)
    return [join(body, handle, 0.05), rim]


def mug_surfaces(place: Vector) -> list[Surface]:
    inside = 1.0 - smoothstep(0.40, 0.405, from_axis(place))
    return [
        Surface(blended("2f6f73", "f2efe6", inside), 0.3),
        Surface(colour("22333f"), 0.3),
    ]


def bottle(place: Vector) -> list[Any]:
    axis = from_axis(place)
    shoulder = smoothstep(0.72, 1.02, place.y)
    body = disc(axis, place.y - 0.52, 0.25 - shoulder * 0.11, 0.52, 0.04) * 0.9
    cap = disc(axis, place.y - 1.14, 0.155, 0.10, 0.03)
    collar = disc(axis, place.y - 1.035, 0.15, 0.015, 0.01)
    foot = disc(axis, place.y - 0.02, 0.253, 0.03, 0.02)
    return [body, cap, smaller(collar, foot)]


def bottle_surfaces(place: Vector) -> list[Surface]:
    band = between(0.16, 0.21, place.y)
    from_badge = (place.x**2 + (place.y - 0.56) ** 2) ** 0.5 + larger(-place.z, 0.0) * 9.0
    badge = between(-1.0, 0.095, from_badge)
    peak = smoothstep(0.0, 0.006, place.y - 0.59 + abs(place.x) * 0.9)
    return [
        Surface(blended("c8502c", "f3e7d3", larger(band, badge * peak)), 0.22),
        Surface(colour("2a2a2c"), 0.15),
        Surface(colour("d8d8da"), 0.85, 1.0),
    ]


def lamp(place: Vector) -> list[Any]:
    axis = from_axis(place)
    belly = 0.27 - clamp(abs(place.y - 0.26) * 3.3) ** 2 * 0.15
    body = disc(axis, place.y - 0.32, belly, 0.30, 0.03) * 0.8
    wide = 0.66 - place.y * 0.32
    outside = larger(axis - wide, abs(place.y - 0.97) - 0.25) * 0.9
    shade = larger(outside, wide - 0.015 - axis)
    stem = disc(axis, place.y - 0.75, 0.022, 0.2, 0.005)
    foot = disc(axis, place.y - 0.025, 0.2, 0.025, 0.012)
    bulb = ellipsoid(place, Vector(0.0, 0.93, 0.0), Vector(0.09, 0.11, 0.09))
    return [body, shade, smaller(stem, foot), bulb]


def lamp_surfaces(place: Vector) -> list[Surface]:
    warm = larger(0.32 - abs(place.y - 0.9) * 0.8, 0.1)
    return [
        Surface(colour("27496d"), 0.45),
        Surface(colour("e8c898"), glow=warm),
        Surface(colour("c9a24b"), 0.8, 1.0),
        Surface(colour("fff4d8"), glow=1.5),
    ]


LEAVES = [  # where each grows and where it ends
    (Vector(0.00, 0.42, 0.02), Vector(0.03, 1.30, 0.05)),
    (Vector(-0.08, 0.42, 0.03), Vector(-0.24, 1.12, 0.06)),
    (Vector(0.10, 0.42, 0.00), Vector(0.28, 1.05, -0.04)),
    (Vector(-0.04, 0.42, 0.12), Vector(-0.10, 0.95, 0.26)),
    (Vector(0.08, 0.42, 0.12), Vector(0.20, 0.86, 0.30)),
    (Vector(-0.14, 0.42, -0.06), Vector(-0.42, 0.88, -0.10)),
    (Vector(0.04, 0.42, -0.12), Vector(0.10, 1.16, -0.25)),
]


def plant(place: Vector) -> list[Any]:
    axis = from_axis(place)
    body = disc(axis, place.y - 0.25, place.y * 0.2 + 0.25, 0.25, 0.02) * 0.95
    rim = disc(axis, place.y - 0.47, 0.385, 0.065, 0.02)
    hole = disc(axis, place.y - 0.55, 0.33, 0.12, 0.01)
    soil = disc(axis, place.y - 0.41, 0.30, 0.06, 0.02)
    nearest, *others = [leaf(place, foot, tip) for foot, tip in LEAVES]
    for other in others:
        nearest = smaller(nearest, other)
    return [cut(smaller(body, rim), hole), soil, nearest]


def leaf(place: Vector, foot: Vector, tip: Vector) -> Any:
    """A long blade: a rod that is pressed flat and narrows towards its tip."""
    offset, axis = place - foot, tip - foot
    share = clamp(offset.dot(axis) * (1 / axis.dot(axis)))
    off = offset - axis * share
    flat = off.dot(Vector(tip.z - foot.z + 0.12, 0.0, foot.x - tip.x + 0.05).unit())
    thick = off.dot(off) - flat * flat
    width = (1.0 - share * share) * (share * 0.068 + 0.041) + 0.012
    return ((flat * flat + thick * 9.0) ** 0.5 - width) * 0.4


def plant_surfaces(place: Vector) -> list[Surface]:
    along = place.y * 9.0 + place.x * 3.0 + place.z * 2.0
    bands = smoothstep(0.35, 0.65, abs((along + 9.0) % 1.0 - 0.5) * 2.0)
    return [
        Surface(colour("b8643c"), 0.04),
        Surface(colour("3a2a20")),
        Surface(blended("2f5d34", "6f9a4e", bands), 0.14),
    ]


def chair(place: Vector) -> list[Any]:
    left = Vector(abs(place.x), place.y, place.z)
    quarter = Vector(left.x, place.y, abs(place.z))
    seat = box(place, Vector(0.0, 0.62, 0.0), Vector(0.36, 0.035, 0.34), 0.03)
    legs = rod(quarter, Vector(0.37, 0.02, 0.34), Vector(0.28, 0.6, 0.26), 0.028, 0.04)
    front = rod(quarter, Vector(0.0, 0.25, 0.31), Vector(0.33, 0.25, 0.31), 0.018, 0.018)
    side = rod(quarter, Vector(0.335, 0.32, 0.0), Vector(0.335, 0.32, 0.31), 0.018, 0.018)
    posts = rod(left, Vector(0.29, 0.62, -0.29), Vector(0.31, 1.28, -0.42), 0.034, 0.026)
    lean = place.z + place.y * 0.19 + (0.272 - place.x**2 * 0.9)
    heights = smaller(abs(place.y - 1.18) - 0.075, abs(place.y - 0.94) - 0.05)
    slats = larger(larger(abs(lean) - 0.014, heights), left.x - 0.30) * 0.9
    cushion = box(place, Vector(0.0, 0.68, 0.02), Vector(0.32, 0.045, 0.29), 0.044)
    base = smaller(seat, join(legs, smaller(front, side), 0.02))
    return [smaller(base, smaller(posts, slats)), cushion]


def chair_surfaces(place: Vector) -> list[Surface]:
    grain = abs((place.x * 7.0 + place.y * 3.0 + place.z * 11.0 + 20.0) % 1.0 - 0.5) * 2.0
    return [Surface(blended("ac7c4a", "bd8a55", grain), 0.12), Surface(colour("7d2f35"), 0.02)]
