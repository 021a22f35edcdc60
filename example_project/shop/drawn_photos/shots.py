"""The photographs of the demo: which product in which room, from where, and how it is developed.

Products and rooms meet here and nowhere else.
"""

from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image, ImageChops, ImageFilter

from . import products, rooms
from .camera import Camera
from .products import Product
from .render import Pose, photograph, shadow
from .rooms import Room
from .textures import grained, noise

SHARPNESS = 0.55  # the product is worked out in this size: a real lens is no sharper


@dataclass(frozen=True, kw_only=True)
class Shot:
    """``turn`` is in radians; ``side`` is where the window is, -1 left or 1 right."""

    product: Product
    room: Room
    turn: float = 0.0
    side: float = -1.0
    frame: float = 1.75
    target: float = 0.6
    eye_height: float = 1.5

    @property
    def caption(self) -> str:
        return f"{self.product.name} {self.room.where}"

    def camera(self, size: tuple[int, int]) -> Camera:
        return Camera(
            width=size[0],
            height=size[1],
            eye_height=self.eye_height,
            target=self.target,
            frame=self.frame,
        )


SHOTS = [
    Shot(product=products.MUG, room=rooms.WORKSHOP, turn=0.5, frame=1.5, target=0.45),
    Shot(
        product=products.MUG,
        room=rooms.KITCHEN,
        turn=2.6,
        side=1.0,
        frame=1.6,
        target=0.45,
        eye_height=2.0,
    ),
    Shot(
        product=products.SNEAKER,
        room=rooms.STREET,
        turn=0.35,
        frame=1.25,
        target=0.3,
        eye_height=1.9,
    ),
    Shot(
        product=products.SNEAKER,
        room=rooms.WORKSHOP,
        turn=-0.6,
        side=1.0,
        frame=1.25,
        target=0.3,
        eye_height=2.2,
    ),
    Shot(product=products.LAMP, room=rooms.LIBRARY),
    Shot(product=products.LAMP, room=rooms.PARLOUR, side=1.0, eye_height=1.2),
    Shot(product=products.BACKPACK, room=rooms.GARDEN, turn=0.45),
    Shot(product=products.BACKPACK, room=rooms.STREET, turn=-0.5, side=1.0),
    Shot(product=products.BOTTLE, room=rooms.WORKSHOP),
    Shot(product=products.BOTTLE, room=rooms.GARDEN, side=1.0),
    Shot(product=products.HEADPHONES, room=rooms.LIBRARY, turn=0.45, frame=1.6, target=0.5),
    Shot(
        product=products.HEADPHONES,
        room=rooms.KITCHEN,
        turn=-0.6,
        side=1.0,
        frame=1.6,
        target=0.5,
    ),
    Shot(product=products.CHAIR, room=rooms.PARLOUR, turn=0.55, frame=1.85),
    Shot(product=products.CHAIR, room=rooms.GARDEN, turn=-0.6, side=1.0, frame=1.85),
    Shot(product=products.PLANT, room=rooms.WORKSHOP, turn=0.2, frame=1.85),
    Shot(product=products.PLANT, room=rooms.STREET, turn=1.4, side=1.0, frame=1.85),
]


def taken(shot: Shot, size: tuple[int, int]) -> bytes:
    """Return the photograph as a JPEG file of ``size`` pixels."""
    camera, light = shot.camera(size), shot.room.light(shot.side)
    floor_light = shadow(Pose(shot.product, shot.turn), camera.scaled(SHARPNESS), light)
    floor_light = floor_light.resize(size, Image.Resampling.BICUBIC)
    floor_light = floor_light.filter(ImageFilter.GaussianBlur(0.005 * camera.height))
    view = shot.room.seen(camera, floor_light)
    alone = cut_out(shot, size)
    view.paste(alone, (0, 0), alone)
    return _as_jpeg(_developed(view, shot.side))


def cut_out(shot: Shot, size: tuple[int, int]) -> Image.Image:
    """Return only the product as the photograph shows it, transparent around it."""
    pose, light = Pose(shot.product, shot.turn), shot.room.light(shot.side)
    coarse = shot.camera(size).scaled(SHARPNESS)
    return photograph(pose, coarse, light).resize(size, Image.Resampling.LANCZOS)


def _developed(view: Image.Image, side: float) -> Image.Image:
    """Return the view with light that falls off, darker corners and the grain of a sensor."""
    fall = Image.linear_gradient("L").rotate(90 if side < 0 else -90).resize(view.size)
    corners = Image.radial_gradient("L").resize(view.size)
    for dark in (
        fall.point(lambda value: 255 - value * 46 // 255),
        corners.point(lambda value: 255 - max(0, value - 110) * 46 // 145),
    ):
        view = ImageChops.multiply(view, Image.merge("RGB", [dark] * 3))
    view = view.filter(ImageFilter.GaussianBlur(0.8))
    random = Random(11)  # noqa: S311 - the same picture at every start
    return grained(view, noise(random, view.size).filter(ImageFilter.GaussianBlur(0.8)), 0.08)


def _as_jpeg(view: Image.Image) -> bytes:
    file = BytesIO()
    view.save(file, "JPEG", quality=88)
    return file.getvalue()
