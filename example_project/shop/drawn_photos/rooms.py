"""The rooms: a floor, what stands behind it and the light, and how the camera sees them.

Knows how a room is put out of focus, nothing of products.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from . import scenery, textures
from .camera import Camera
from .light import Light, light_from
from .perspective import back_seen, floor_seen


@dataclass(frozen=True, kw_only=True)
class Room:
    """``where`` ends a caption; ``floor_span`` and ``back_span`` are the pictures' widths."""

    where: str
    floor: Callable[[Random], Image.Image]
    back: Callable[[Random], Image.Image]
    floor_span: float = 5.0
    back_span: float = 5.0
    depth: float = 1.3  # how far behind the product the floor ends
    blur: float = 0.005  # how far out of focus the back is, in picture heights
    window: str = "fff1dc"
    sky: str = "b9c2cf"
    bounce: str = "8a6a4a"

    def light(self, side: float) -> Light:
        return light_from(side, window=self.window, sky=self.sky, bounce=self.bounce)

    def seen(self, camera: Camera, floor_light: Image.Image) -> Image.Image:
        """Return the room without the product, whose shadow is in ``floor_light``."""
        floor, back = _drawn(self)
        blur = ImageFilter.GaussianBlur(self.blur * camera.height)
        horizon = round(camera.pixel_of(0.0, 0.0, -self.depth)[1])
        near = floor_seen(floor, camera, self.floor_span)
        near = Image.composite(near.filter(blur), near, _focus(camera, horizon))
        near = ImageChops.multiply(near, Image.merge("RGB", [floor_light] * 3))
        far = back_seen(back, camera, self.back_span, self.depth).filter(blur)
        border = Image.new("L", camera.size)
        ImageDraw.Draw(border).rectangle([0, 0, camera.width, horizon], fill=255)
        return Image.composite(far, near, border.filter(blur))


@cache
def _drawn(room: Room) -> tuple[Image.Image, Image.Image]:
    random = Random(7)  # noqa: S311 - the same picture at every start
    return room.floor(random), room.back(random)


def _focus(camera: Camera, horizon: int) -> Image.Image:
    """Return how far out of focus the floor is: 255 at its far end, 0 around the product."""
    column = Image.new("L", (1, camera.height))
    depth = (camera.height - horizon) * 0.4
    column.putdata(
        [
            round(255 * min(1.0, max(0.0, 1.0 - (row - horizon) / depth)))
            for row in range(camera.height)
        ]
    )
    return column.resize(camera.size)


WORKSHOP = Room(
    where="in the workshop",
    floor=lambda random: textures.planks(random, (150, 104, 66), 175),
    back=lambda random: scenery.bricks(random, (150, 78, 58), (176, 168, 156)),
    back_span=4.6,
)
KITCHEN = Room(
    where="in the kitchen",
    floor=lambda random: textures.tiles(random, ((222, 218, 208), (104, 128, 138))),
    back=lambda random: scenery.shelves(random, (196, 204, 196), (132, 92, 60)),
    back_span=5.6,
    blur=0.0067,
    window="ffffff",
    bounce="9aa3a4",
)
GARDEN = Room(
    where="in the garden",
    floor=textures.grass,
    back=scenery.garden,
    back_span=6.5,
    depth=1.9,
    blur=0.0086,
    window="fff6d8",
    sky="c4d4e4",
    bounce="55702f",
)
STREET = Room(
    where="in the street",
    floor=lambda random: textures.paving(random, (136, 130, 122)),
    back=scenery.street,
    back_span=8.5,
    depth=1.9,
    blur=0.0076,
    window="ffeccc",
    bounce="77726c",
)
LIBRARY = Room(
    where="in front of the books",
    floor=lambda random: textures.planks(random, (104, 70, 46), 110),
    back=lambda random: scenery.shelves(random, (206, 196, 176), (92, 62, 42)),
    back_span=5.2,
    blur=0.0057,
)
PARLOUR = Room(
    where="on the carpet",
    floor=lambda random: textures.carpet(random, ((176, 148, 112), (110, 46, 44), (56, 74, 92))),
    back=lambda random: scenery.frames(random, (168, 182, 176)),
    back_span=4.6,
    blur=0.0076,
    bounce="8c7458",
)
