"""The products of the demo, each standing on the floor at the origin.

Knows their names and sizes and where their shapes are described, nothing of cameras or rooms.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from . import household, wearables
from .fields import Vector, smaller
from .light import Surface


@dataclass(frozen=True, kw_only=True)
class Product:
    """``shapes`` gives a distance for each part, ``surfaces`` what the same parts are made of.

    The product fits into an upright cylinder of ``radius`` and the height ``top``.
    """

    name: str
    radius: float
    top: float
    shapes: Callable[[Vector], Sequence[Any]]
    surfaces: Callable[[Vector], Sequence[Surface]]

    def distance(self, place: Vector) -> Any:
        nearest, *others = self.shapes(place)
        for other in others:
            nearest = smaller(nearest, other)
        return nearest


MUG = Product(
    name="Enamel mug",
    radius=0.72,
    top=0.95,
    shapes=household.mug,
    surfaces=household.mug_surfaces,
)
SNEAKER = Product(
    name="Canvas sneaker",
    radius=0.68,
    top=0.65,
    shapes=wearables.sneaker,
    surfaces=wearables.sneaker_surfaces,
)
LAMP = Product(
    name="Table lamp",
    radius=0.5,
    top=1.25,
    shapes=household.lamp,
    surfaces=household.lamp_surfaces,
)
BACKPACK = Product(
    name="Backpack",
    radius=0.6,
    top=1.3,
    shapes=wearables.backpack,
    surfaces=wearables.backpack_surfaces,
)
BOTTLE = Product(
    name="Steel bottle",
    radius=0.3,
    top=1.27,
    shapes=household.bottle,
    surfaces=household.bottle_surfaces,
)
HEADPHONES = Product(
    name="Headphones",
    radius=0.62,
    top=1.15,
    shapes=wearables.headphones,
    surfaces=wearables.headphones_surfaces,
)
CHAIR = Product(
    name="Dining chair",
    radius=0.6,
    top=1.33,
    shapes=household.chair,
    surfaces=household.chair_surfaces,
)
PLANT = Product(
    name="Plant pot",
    radius=0.5,
    top=1.35,
    shapes=household.plant,
    surfaces=household.plant_surfaces,
)
