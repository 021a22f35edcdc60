"""A photograph of a printed box in front of a busy background, and results of it, as PNG files."""

import random
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

PRODUCT = (380, 300)
AT = (300, 240)
SCENE = (1000, 780)
LABEL = (130, 90, 250, 200)  # of the product


def product() -> Image.Image:
    """RGBA: a teal box with a handle, a striped lid, and a label of small dark shapes."""
    image = Image.new("RGBA", PRODUCT)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((20, 60, 320, 290), 24, fill=(20, 120, 130, 255))
    draw.ellipse((290, 120, 372, 230), outline=(20, 120, 130, 255), width=18)
    for x in range(30, 310, 24):
        draw.rectangle((x, 20, x + 12, 70), fill=(150, 40 + x // 3, 30, 255))
    draw.rectangle((22, 10, 318, 24), fill=(110, 60, 40, 255))
    dice = random.Random(3)
    for _ in range(160):
        x, y = dice.randrange(30, 300), dice.randrange(75, 270)
        tone = dice.randrange(30, 90)
        draw.ellipse((x, y, x + 7, y + 7), fill=(tone, tone + 60, 190 - tone, 255))
    label(image)
    return image


def label(image: Image.Image, seed: int = 5) -> None:
    """Print a label onto a product; another seed, another text."""
    draw, dice = ImageDraw.Draw(image), random.Random(seed)
    draw.rectangle(LABEL, fill=(235, 205, 90, 255))
    for row in range(LABEL[1] + 8, LABEL[3] - 14, 24):
        for column in range(LABEL[0] + 8, LABEL[2] - 14, 20):
            width, height = dice.randrange(4, 16), dice.randrange(5, 20)
            box = (column, row, column + width, row + height)
            shape = dice.choice((draw.rectangle, draw.ellipse))
            shape(box, fill=(40, 30, dice.randrange(30, 120), 255))


def scene() -> Image.Image:
    """A wall of coloured bricks and a floor of planks."""
    image, dice = Image.new("RGB", SCENE, (176, 150, 130)), random.Random(9)
    draw = ImageDraw.Draw(image)
    for y in range(0, 480, 30):
        for x in range(-40 * (y // 30 % 2), SCENE[0], 80):
            red = dice.randrange(150, 200)
            draw.rectangle((x, y, x + 76, y + 26), fill=(red, red - 60, red - 90))
    for y in range(480, SCENE[1], 25):
        tone = dice.randrange(110, 150)
        draw.rectangle((0, y, SCENE[0], y + 22), fill=(tone + 60, tone + 25, tone - 30))
    return image.filter(ImageFilter.GaussianBlur(1))


def photo(shown: Image.Image | None = None) -> BytesIO:
    image = scene()
    shown = shown or product()
    image.paste(shown, AT, shown)
    return saved(image, "JPEG", quality=92)


def result(
    shown: Image.Image | None = None,
    *,
    background=(255, 255, 255),
    width: int = 620,
    stretch: float = 1.0,
    shift: tuple[int, int] = (0, 0),
    blur: float = 0,
) -> BytesIO:
    """The product alone, ``width`` pixels of 900 wide."""
    shown = shown or product()
    size = (width, round(width * shown.height / shown.width * stretch))
    large = shown.resize(size, Image.Resampling.BICUBIC)
    canvas = Image.new("RGB", (900, 900), background)
    canvas.paste(large, ((900 - size[0]) // 2 + shift[0], (900 - size[1]) // 2 + shift[1]), large)
    return saved(canvas.filter(ImageFilter.GaussianBlur(blur)) if blur else canvas)


def with_background(box: tuple[int, int, int, int]) -> Image.Image:
    """The product with a piece of the scene left, ``box`` in pixels of the product."""
    around = scene().crop((AT[0], AT[1], AT[0] + PRODUCT[0], AT[1] + PRODUCT[1])).convert("RGBA")
    whole = product()
    piece = Image.new("RGBA", PRODUCT)
    piece.paste(around.crop(box), box[:2])
    piece.alpha_composite(whole)
    return piece


def saved(image: Image.Image, file_format: str = "PNG", **options) -> BytesIO:
    file = BytesIO()
    image.save(file, file_format, **options)
    file.seek(0)
    return file
