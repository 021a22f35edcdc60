"""Results that show another thing than the photo, for those who want to see whether it is noticed.

Each tampering takes what the engine cut out and spoils it in one way. Knows Pillow only; which run
is spoilt how is told in ``behaviour``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageStat

from .compose import LEAST_VISIBLE, packshot

TINT = (232, 226, 214)
HUE_TURN = 96  # of 256
CUT = 0.22  # of the product's width, beyond the frame
PART = 0.3  # of the product's height
LABEL = 0.42  # of the product's box
TILES = 4  # a side of the label


@dataclass(frozen=True)
class CutOut:
    """The photo and which of it is the product."""

    picture: Image.Image  # RGB
    alpha: Image.Image  # L

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom of what is visible."""
        visible = self.alpha.point([255 * (value > LEAST_VISIBLE) for value in range(256)])
        return visible.getbbox() or (0, 0, *self.alpha.size)


def another_colour(cut_out: CutOut) -> CutOut:
    """The product in another hue, and grey parts dyed."""
    hue, saturation, value = cut_out.picture.convert("HSV").split()
    hue = hue.point([(level + HUE_TURN) % 256 for level in range(256)])
    saturation = saturation.point([min(255, level + 60) for level in range(256)])
    turned = Image.merge("HSV", (hue, saturation, value)).convert("RGB")
    return replace(cut_out, picture=turned)


def another_product(cut_out: CutOut) -> CutOut:
    """A ball of many colours in the product's place."""
    side = 900
    ball = Image.new("RGB", (side, side), "white")
    draw, chance = ImageDraw.Draw(ball), Random(7)  # noqa: S311 - the same each time
    for _ in range(700):
        x, y, r = chance.randrange(side), chance.randrange(side), chance.randrange(8, 34)
        colour = tuple(chance.randrange(30, 210) for _ in range(3))
        draw.rectangle((x - r, y - r, x + r, y + r // 2), fill=colour)
    alpha = Image.new("L", (side, side))
    ImageDraw.Draw(alpha).ellipse((40, 40, side - 40, side - 40), fill=255)
    return CutOut(ball, alpha)


def part_missing(cut_out: CutOut) -> CutOut:
    """Without its uppermost part."""
    left, top, right, bottom = cut_out.box
    alpha = cut_out.alpha.copy()
    alpha.paste(0, (left, top, right, top + round((bottom - top) * PART)))
    return replace(cut_out, alpha=alpha)


def label_garbled(cut_out: CutOut) -> CutOut:
    """With the middle of the product cut into tiles that are laid in another order."""
    left, top, right, bottom = cut_out.box
    width = round((right - left) * LABEL) // TILES * TILES
    height = round((bottom - top) * LABEL) // TILES * TILES
    corner = ((left + right - width) // 2, (top + bottom - height) // 2)
    middle = cut_out.picture.crop((*corner, corner[0] + width, corner[1] + height))
    tile = (max(1, width // TILES), max(1, height // TILES))
    places = [(x * tile[0], y * tile[1]) for x in range(TILES) for y in range(TILES)]
    mixed = Image.new("RGB", middle.size)
    for number, (x, y) in enumerate(places):
        piece = middle.crop((x, y, x + tile[0], y + tile[1])).transpose(
            Image.Transpose.FLIP_LEFT_RIGHT
        )
        mixed.paste(piece, places[(number * 5 + 3) % len(places)])
    picture = cut_out.picture.copy()
    picture.paste(mixed, corner)
    return replace(cut_out, picture=picture)


def cut_off(result: Image.Image, _cut_out: CutOut) -> Image.Image:
    """Moved so far to the side that the frame cuts it."""
    box = ImageChops.invert(result.convert("L")).getbbox() or (0, 0, *result.size)
    shift = result.width - box[2] + round((box[2] - box[0]) * CUT)
    moved = Image.new("RGBA", result.size, result.getpixel((0, 0)))
    moved.paste(result, (shift, 0))
    return moved


def leftover(result: Image.Image, cut_out: CutOut) -> Image.Image:
    """With a piece of the photo's background, the darkest of its corners, in a corner."""
    side = round(min(result.size) * 0.14)
    width, height = cut_out.picture.size
    corners = [
        cut_out.picture.crop((x, y, x + width // 6, y + height // 6)).resize((side, side))
        for x in (0, width - width // 6)
        for y in (0, height - height // 6)
    ]
    piece = min(corners, key=lambda corner: ImageStat.Stat(corner.convert("L")).mean[0])
    shape = Image.new("L", (side, side))
    ImageDraw.Draw(shape).ellipse((0, 0, side, side), fill=255)
    spoilt = result.copy()
    gap = round(side * 0.2)
    spoilt.paste(piece, (gap, result.height - side - gap), shape)
    return spoilt


def tinted_background(result: Image.Image, _cut_out: CutOut) -> Image.Image:
    """On a background that is not white."""
    return ImageChops.multiply(result, Image.new("RGBA", result.size, (*TINT, 255)))


# Before the product is laid on its background, and after.
OF_THE_PRODUCT: dict[str, Callable[[CutOut], CutOut]] = {
    "another_colour": another_colour,
    "another_product": another_product,
    "part_missing": part_missing,
    "label_garbled": label_garbled,
}
OF_THE_RESULT: dict[str, Callable[[Image.Image, CutOut], Image.Image]] = {
    "cut_off": cut_off,
    "leftover": leftover,
    "tinted_background": tinted_background,
}


def tampered_packshot(
    cut_out: CutOut, size: tuple[int, int], background: str, names: Sequence[str]
) -> Image.Image:
    """The result, spoilt in each of the ways that ``names`` says; as ``packshot`` without any."""
    for name in names:
        if name in OF_THE_PRODUCT:
            cut_out = OF_THE_PRODUCT[name](cut_out)
    result = packshot(cut_out.picture, cut_out.alpha, size, background)
    for name in names:
        if name in OF_THE_RESULT:
            result = OF_THE_RESULT[name](result, cut_out)
    return result
