"""What stands behind a product: bricks, shelves, pictures, a street, a garden, seen straight on.

Knows nothing of cameras. Every picture comes from the random numbers it is given, so that it is
the same at every start.
"""

from random import Random

from PIL import Image, ImageDraw, ImageFilter

from .textures import Colour, clouds, grained, noise, shaded, varied

SIZE = (1800, 1100)
WIDTH, FOOT = SIZE
CLOTH = [  # spines of books, awnings, passers-by
    (150, 52, 46),
    (48, 78, 120),
    (205, 168, 84),
    (64, 104, 84),
    (224, 214, 196),
    (92, 62, 98),
    (44, 48, 56),
]
GLAZE = [(190, 204, 200), (168, 120, 74), (220, 210, 190), (86, 120, 128)]
FRONTS = [(150, 116, 96), (188, 172, 148), (120, 122, 130), (164, 92, 78), (206, 190, 150)]
PANES = [(58, 66, 78), (236, 208, 140), (104, 118, 132), (226, 190, 122)]


def bricks(random: Random, colour: Colour, mortar: Colour) -> Image.Image:
    picture = Image.new("RGB", SIZE, mortar)
    draw = ImageDraw.Draw(picture)
    for row, top in enumerate(range(0, FOOT, 62)):
        for left in range(-(row % 2) * 85, WIDTH, 170):
            brick = varied(random, colour, 24)
            draw.rounded_rectangle([left + 4, top + 4, left + 163, top + 55], 4, shaded(brick, -36))
            draw.rounded_rectangle([left + 4, top + 4, left + 161, top + 51], 4, brick)
    specks = noise(random, SIZE).filter(ImageFilter.GaussianBlur(1.5))
    return grained(grained(picture, clouds(random, SIZE, 40, 24), 0.3), specks, 0.5)


def plaster(random: Random, colour: Colour) -> Image.Image:
    return grained(Image.new("RGB", SIZE, colour), clouds(random, SIZE, 9, 6), 0.1)


def shelves(random: Random, wall: Colour, wood: Colour) -> Image.Image:
    """A wall with boards full of books, jars and boxes."""
    picture = plaster(random, wall)
    draw = ImageDraw.Draw(picture)
    for board in (210, 480, 750, 1020):
        draw.rectangle([0, board + 26, WIDTH, board + 60], fill=shaded(wall, -40))
        left = random.randint(0, 60)
        while left < WIDTH:
            things = random.choice((_draw_books, _draw_books, _draw_jar, _draw_carton, _leave_gap))
            left = things(random, draw, left, board) + random.randint(4, 36)
        draw.rectangle([0, board, WIDTH, board + 26], fill=wood)
        draw.line([(0, board), (WIDTH, board)], fill=shaded(wood, 40), width=4)
    return picture


def _draw_books(random: Random, draw: ImageDraw.ImageDraw, left: int, foot: int) -> int:
    for _ in range(random.randint(3, 8)):
        right, top = left + random.randint(18, 44), foot - random.randint(130, 215)
        spine = varied(random, random.choice(CLOTH), 16)
        draw.rectangle([left, top, right, foot], fill=spine)
        draw.line([(left + 2, top), (left + 2, foot)], fill=shaded(spine, 34), width=3)
        draw.line([(right, top), (right, foot)], fill=shaded(spine, -60), width=3)
        label = top + random.randint(20, 50)
        draw.rectangle([left + 6, label, right - 6, label + 14], fill=(232, 222, 200))
        left = right + 1
    return left


def _draw_jar(random: Random, draw: ImageDraw.ImageDraw, left: int, foot: int) -> int:
    right, top = left + random.randint(70, 110), foot - random.randint(90, 170)
    glaze = varied(random, random.choice(GLAZE), 18)
    draw.rounded_rectangle([left, top, right, foot], 18, glaze)
    draw.rounded_rectangle([left + 8, top - 18, right - 8, top + 10], 6, (70, 56, 46))
    draw.rounded_rectangle([left + 12, top + 26, left + 24, foot - 20], 6, shaded(glaze, 46))
    return right


def _draw_carton(random: Random, draw: ImageDraw.ImageDraw, left: int, foot: int) -> int:
    right, top = left + random.randint(120, 200), foot - random.randint(80, 150)
    board = varied(random, (186, 148, 104), 20)
    draw.rectangle([left, top, right, foot], fill=board)
    draw.rectangle([left, top, right, top + 22], fill=shaded(board, 20))
    middle = (left + right) // 2
    draw.rectangle([middle - 12, top, middle + 12, foot], fill=(214, 192, 150))
    return right


def _leave_gap(random: Random, draw: ImageDraw.ImageDraw, left: int, foot: int) -> int:
    return left + random.randint(20, 90)


def frames(random: Random, wall: Colour) -> Image.Image:
    """A wall with pictures in frames above a skirting board."""
    picture = plaster(random, wall)
    draw = ImageDraw.Draw(picture)
    for left in range(-60, WIDTH, 330):
        _draw_frame(random, draw, left, shaded(wall, -50))
    draw.rectangle([0, FOOT - 90, WIDTH, FOOT], fill=(238, 234, 226))
    draw.line([(0, FOOT - 90), (WIDTH, FOOT - 90)], fill=(190, 184, 172), width=5)
    return picture


def _draw_frame(random: Random, draw: ImageDraw.ImageDraw, left: int, dark: Colour) -> None:
    top = random.randint(420, 560)
    right, foot = left + random.randint(200, 270), top + random.randint(260, 360)
    draw.rectangle([left + 8, top + 12, right + 10, foot + 14], fill=dark)
    draw.rectangle([left, top, right, foot], fill=(58, 44, 34))
    draw.rectangle([left + 14, top + 14, right - 14, foot - 14], fill=(236, 230, 218))
    for _ in range(5):
        x, y = random.randint(left + 50, right - 90), random.randint(top + 60, foot - 120)
        size = random.randint(30, 70)
        draw.ellipse([x, y, x + size, y + size], fill=varied(random, random.choice(CLOTH), 20))


def street(random: Random) -> Image.Image:
    """House fronts, shop windows and lights, far out of focus."""
    picture = Image.new("RGB", SIZE, (168, 180, 194))
    draw = ImageDraw.Draw(picture)
    left = -40
    while left < WIDTH:
        right = left + random.randint(150, 260)
        _draw_house(random, draw, left, right)
        left = right
    blurred = picture.filter(ImageFilter.GaussianBlur(14))
    lights = ((255, 214, 140), (255, 240, 210), (240, 120, 90), (150, 210, 230))
    return _with_lights(random, blurred, lights, 34)


def _draw_house(random: Random, draw: ImageDraw.ImageDraw, left: int, right: int) -> None:
    front = varied(random, random.choice(FRONTS), 18)
    draw.rectangle([left, random.randint(0, 300), right, FOOT], fill=front)
    for y in range(330, FOOT - 300, 110):
        for x in range(left + 20, right - 40, 62):
            draw.rectangle([x, y, x + 32, y + 64], fill=random.choice(PANES))
    draw.rectangle([left + 12, FOOT - 190, right - 12, FOOT - 26], fill=random.choice(PANES))
    awning = [left + 4, FOOT - 226, right - 4, FOOT - 176]
    draw.rectangle(awning, fill=varied(random, random.choice(CLOTH), 20))
    for x in range(awning[0], awning[2] - 16, 40):
        draw.rectangle([x, awning[1], x + 18, awning[3]], fill=(232, 224, 208))
    for _ in range(3):
        x, top = random.randint(left, right), FOOT - random.randint(60, 130)
        coat = varied(random, random.choice(CLOTH), 20)
        draw.rounded_rectangle([x, top, x + 34, FOOT], 14, coat)


def garden(random: Random) -> Image.Image:
    """Hedges and light through leaves, far out of focus."""
    green = Image.new("RGB", SIZE, (112, 146, 84))
    picture = grained(green, clouds(random, SIZE, 9, 6), 0.8)
    draw = ImageDraw.Draw(picture)
    for _ in range(130):
        x, y, size = random.randrange(WIDTH), random.randrange(FOOT), random.randint(30, 120)
        draw.ellipse([x, y, x + size, y + size], fill=varied(random, (112, 144, 80), 38))
    draw.rectangle([0, 0, WIDTH, 120], fill=(196, 214, 214))
    blurred = picture.filter(ImageFilter.GaussianBlur(22))
    return _with_lights(random, blurred, ((214, 232, 170), (244, 248, 226), (236, 150, 160)), 46)


def _with_lights(
    random: Random, picture: Image.Image, colours: tuple[Colour, ...], count: int
) -> Image.Image:
    """Lay pale discs over the picture, as a lens makes of lights out of focus."""
    for _ in range(count):
        x, y, size = random.randrange(WIDTH), random.randrange(FOOT), random.randint(40, 110)
        spot = Image.new("L", (size + 8, size + 8))
        circle = [4, 4, size + 4, size + 4]
        ImageDraw.Draw(spot).ellipse(circle, fill=random.randint(50, 130))
        spot = spot.filter(ImageFilter.GaussianBlur(2))
        picture.paste(random.choice(colours), (x - 4, y - 4), spot)
    return picture
