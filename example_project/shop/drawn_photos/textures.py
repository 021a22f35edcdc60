"""What floors are covered with: flat pictures of wood, tiles, grass, stone and cloth, from above.

Knows nothing of cameras. Every picture comes from the random numbers it is given, so that it is
the same at every start.
"""

from random import Random
from typing import TypeAlias

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour: TypeAlias = tuple[int, int, int]
SIDE = 1400  # pixels of a texture, each way
WHOLE = (SIDE, SIDE)


def noise(random: Random, size: tuple[int, int]) -> Image.Image:
    """Return grey dots, every value equally often."""
    return Image.frombytes("L", size, random.randbytes(size[0] * size[1]))


def clouds(random: Random, size: tuple[int, int], across: int, down: int) -> Image.Image:
    """Return soft grey patches, about ``across`` by ``down`` of them, with finer ones inside."""
    rough = noise(random, (across, down)).resize(size, Image.Resampling.BICUBIC)
    fine = noise(random, (across * 4, down * 4)).resize(size, Image.Resampling.BICUBIC)
    return Image.blend(rough, fine, 0.4)


def grained(picture: Image.Image, grain: Image.Image, strength: float) -> Image.Image:
    """Lighten and darken the picture by the grey ``grain``, where 128 changes nothing."""
    factor = grain.point(lambda value: 128 + (value - 128) * strength)
    return ImageChops.overlay(picture, Image.merge("RGB", [factor] * 3))


def shaded(colour: Colour, change: int) -> Colour:
    """Return the colour lighter by ``change``, or darker where it is negative."""
    red, green, blue = (max(0, min(255, part + change)) for part in colour)
    return red, green, blue


def varied(random: Random, colour: Colour, spread: int) -> Colour:
    """Return a colour near the given one."""
    third = spread // 3
    red, green, blue = (part + random.randint(-third, third) for part in colour)
    return shaded((red, green, blue), random.randint(-spread, spread))


def planks(random: Random, colour: Colour, width: int) -> Image.Image:
    """Boards that run across the picture."""
    picture = Image.new("RGB", WHOLE, shaded(colour, -90))
    for top in range(0, SIDE, width):
        left = -random.randint(0, 700)
        while left < SIDE:
            board = _board(random, (900, width - 3), varied(random, colour, 14))
            picture.paste(board, (left, top))
            left += 902
    return picture


def _board(random: Random, size: tuple[int, int], colour: Colour) -> Image.Image:
    board = Image.new("RGB", size, colour)
    waves = clouds(random, size, 3, 14)
    lines = noise(random, (size[0] // 60, size[1] // 2)).resize(size, Image.Resampling.BICUBIC)
    board = grained(grained(board, waves, 0.35), lines, 0.16)
    if random.random() < 0.3:
        _draw_knot(random, board)
    ImageDraw.Draw(board).line([(0, 1), (size[0], 1)], fill=shaded(colour, 22), width=2)
    return board


def _draw_knot(random: Random, board: Image.Image) -> None:
    x, y = random.randint(80, board.width - 80), random.randint(40, board.height - 40)
    spot = Image.new("L", board.size)
    draw = ImageDraw.Draw(spot)
    for size in (26, 18, 11, 5):
        draw.ellipse([x - size * 2, y - size, x + size * 2, y + size], fill=120 - size * 3)
    board.paste((60, 38, 22), (0, 0), spot.filter(ImageFilter.GaussianBlur(4)))


def tiles(random: Random, colours: tuple[Colour, Colour]) -> Image.Image:
    """A chequered floor with grey joints."""
    picture = Image.new("RGB", WHOLE, (150, 145, 138))
    draw = ImageDraw.Draw(picture)
    size = 140
    for row, top in enumerate(range(0, SIDE, size)):
        for column, left in enumerate(range(0, SIDE, size)):
            tile = [left + 2, top + 2, left + size - 3, top + size - 3]
            draw.rounded_rectangle(tile, 5, varied(random, colours[(row + column) % 2], 9))
    return grained(picture, clouds(random, WHOLE, 30, 30), 0.14)


def grass(random: Random) -> Image.Image:
    picture = Image.new("RGB", WHOLE, (88, 118, 58))
    draw = ImageDraw.Draw(picture)
    for _ in range(26000):
        x, y = random.randrange(SIDE), random.randrange(SIDE)
        tip = (x + random.randint(-12, 12), y - random.randint(6, 26))
        blade = varied(random, (110, 142, 70), 40)
        draw.line([(x, y), tip], fill=blade, width=random.choice((1, 2, 2, 3)))
    return grained(picture, clouds(random, WHOLE, 8, 8), 0.3)


def paving(random: Random, colour: Colour) -> Image.Image:
    """Stones in running bond."""
    picture = Image.new("RGB", WHOLE, (74, 70, 66))
    draw = ImageDraw.Draw(picture)
    for row, top in enumerate(range(0, SIDE, 100)):
        for left in range(-(row % 2) * 100, SIDE, 200):
            stone = [left + 3, top + 3, left + 196, top + 96]
            draw.rounded_rectangle(stone, 9, varied(random, colour, 20))
    specks = noise(random, WHOLE).filter(ImageFilter.GaussianBlur(1.2))
    return grained(grained(picture, clouds(random, WHOLE, 24, 24), 0.3), specks, 0.7)


def carpet(random: Random, colours: tuple[Colour, Colour, Colour]) -> Image.Image:
    """A woven rug: stripes with rows of diamonds."""
    picture = Image.new("RGB", WHOLE, colours[0])
    draw = ImageDraw.Draw(picture)
    for row, top in enumerate(range(0, SIDE, 140)):
        draw.rectangle([0, top, SIDE, top + 26], fill=colours[1 + row % 2])
        for left in range((row % 2) * 45, SIDE, 90):
            x, y = left + 45, top + 83
            diamond = [(x - 37, y), (x, y - 38), (x + 37, y), (x, y + 38)]
            draw.polygon(diamond, fill=colours[2 - row % 2])
    weave = noise(random, (SIDE // 3, SIDE)).resize(WHOLE, Image.Resampling.BILINEAR)
    return grained(grained(picture, weave, 0.45), clouds(random, WHOLE, 10, 10), 0.25)
