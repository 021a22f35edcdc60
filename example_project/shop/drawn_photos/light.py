"""How surfaces look in the light of the room: a tall window, the sky, what the floor throws back.

Knows nothing of shapes: places, directions and surfaces come in, colours go out. Colours are
linear light, 0 black and 1 white.
"""

from dataclasses import dataclass
from typing import Any

from .fields import Vector, clamp, larger, mix, smoothstep


@dataclass(frozen=True)
class Surface:
    """``gloss`` goes from 0 for cloth to 1 for a mirror; ``glow`` is light of its own."""

    colour: Vector
    gloss: float = 0.0
    metal: float = 0.0
    glow: Any = 0.0


@dataclass(frozen=True)
class Light:
    """Where the window is, and the colours of window, sky and floor."""

    direction: Vector
    window: Vector
    sky: Vector
    bounce: Vector


def colour(code: str) -> Vector:
    """Return an ``rrggbb`` colour."""
    return Vector(*((int(code[at : at + 2], 16) / 255) ** 2.2 for at in (0, 2, 4)))


def blended(first: str, second: str, share: Any) -> Vector:
    """Return the first ``rrggbb`` colour where ``share`` is 0, the second where it is 1."""
    return colour(first).mixed(colour(second), share)


def light_from(side: float, *, window: str, sky: str, bounce: str) -> Light:
    """Return a light from ``side`` (-1 left, 1 right), above and in front."""
    direction = Vector(side * 0.56, 0.70, 0.47).unit()
    return Light(direction, colour(window), colour(sky), colour(bounce))


def shade(
    light: Light, surface: Surface, facing: Vector, ray: Vector, seen: Any, free: Any
) -> Vector:
    """Return the colour that reaches the camera.

    ``seen`` is the share of the window, ``free`` the share of the sky that each place sees.
    """
    toward = facing.dot(ray)
    lamp = larger(facing.dot(light.direction), 0.0) * seen * 2.1
    mirror = ray - facing * (toward * 2.0)
    rim = ((1.0 - clamp(-toward)) ** 2) ** 2
    shine = (rim * 0.7 + (0.35 + 0.65 * surface.metal)) * surface.gloss
    shine = shine * free * (seen * 0.65 + 0.35)

    def channel(name: str) -> Any:
        own, window, sky, bounce = (
            getattr(source, name)
            for source in (surface.colour, light.window, light.sky, light.bounce)
        )
        around = mix(bounce, sky, facing.y * 0.5 + 0.5) * (free * 0.68 + 0.17)
        diffuse = (around + lamp * window) * (1.0 - surface.metal * 0.85) + surface.glow
        reflected = surroundings(light, mirror, window, sky, bounce) * shine
        return diffuse * own + reflected * mix(1.0, own, surface.metal)

    return Vector(channel("x"), channel("y"), channel("z"))


def surroundings(light: Light, mirror: Vector, window: float, sky: float, bounce: float) -> Any:
    """Return what a mirror shows in the direction ``mirror``: windows, ceiling, floor."""
    aside = mirror.x * (1.0 if light.direction.x > 0 else -1.0)
    tall = smoothstep(-0.75, -0.45, mirror.y) * smoothstep(-0.4, -0.2, mirror.z)
    pane = smoothstep(0.38, 0.46, aside) * (1.0 - smoothstep(0.74, 0.80, aside)) * tall
    far = (1.0 - smoothstep(-0.9, -0.8, aside)) * tall
    room = mix(bounce * 0.4, sky * 0.8, smoothstep(-0.3, 0.5, mirror.y))
    return room + pane * (window * 1.9) + far * (sky * 0.5)
