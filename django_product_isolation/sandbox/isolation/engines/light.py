"""An engine of Pillow alone: whatever differs in colour from the border is product.

Good on plain backgrounds, poor where product and background share colours; quick, and needs no
weights.
"""

from PIL import Image, ImageChops, ImageFilter

from django_product_isolation.sandbox.isolation.parts import drawn, find_parts

SIDE = 256  # pixels; the mask is found on a small copy
BORDER_COLOURS = 16
LUMA_WEIGHT, CHROMA_WEIGHT = 0.6, 3.0  # a shadow changes brightness, a product mostly colour too
MOST_NEEDED_DISTANCE = 60  # a larger one is product even beside something that differs more
LEAST_NEEDED_DISTANCE = 6  # less is noise


class LightEngine:
    """Finds the product by its distance in colour from the picture's border."""

    name = "light"

    def __init__(self, because: str = "") -> None:
        """``because`` says why a better engine is not used."""
        self.description = " ".join(
            filter(None, ["Colour distance from the picture's border, by Pillow alone.", because])
        )

    def mask(self, picture: Image.Image) -> Image.Image:
        """Return where the product is, see ``Engine``."""
        scale = SIDE / max(picture.size)
        size = [max(1, round(side * scale)) for side in picture.size]
        small = picture.resize(size, Image.Resampling.BOX).filter(ImageFilter.MedianFilter(3))
        distance = distance_from(small, border_colours(small))
        found = filled(distance.point(above(threshold(distance.histogram()))))
        soft = found.filter(ImageFilter.GaussianBlur(1.2))
        return soft.resize(picture.size, Image.Resampling.BICUBIC)


def border_colours(picture: Image.Image) -> list[tuple[int, ...]]:
    """Return the colours along the border, leaving out those of less than 2 % of it."""
    quantized = border_strip(picture).quantize(BORDER_COLOURS)
    palette = quantized.getpalette() or []
    area = quantized.width * quantized.height
    shares = enumerate(quantized.histogram()[: len(palette) // 3])
    return [tuple(palette[3 * i : 3 * i + 3]) for i, count in shares if count > 0.02 * area]


def border_strip(picture: Image.Image) -> Image.Image:
    """Return the four borders of a picture side by side."""
    width, height = picture.size
    depth = max(1, width // 32)
    strip = Image.new("RGB", (2 * (width + height), depth))
    turn = Image.Transpose.ROTATE_90
    strip.paste(picture.crop((0, 0, width, depth)), (0, 0))
    strip.paste(picture.crop((0, height - depth, width, height)), (width, 0))
    strip.paste(picture.crop((0, 0, depth, height)).transpose(turn), (2 * width, 0))
    strip.paste(
        picture.crop((width - depth, 0, width, height)).transpose(turn), (2 * width + height, 0)
    )
    return strip


def distance_from(picture: Image.Image, colours: list[tuple[int, ...]]) -> Image.Image:
    """Return how far each pixel is from the nearest of the colours, 0 to 255."""
    nearest, converted = Image.new("L", picture.size, 255), picture.convert("YCbCr")
    for colour in colours:
        plain = Image.new("RGB", picture.size, colour).convert("YCbCr")
        luma, *chroma = ImageChops.difference(converted, plain).split()
        distance = luma.point(weighted(LUMA_WEIGHT))
        for channel in chroma:
            distance = ImageChops.add(distance, channel.point(weighted(CHROMA_WEIGHT)))
        nearest = ImageChops.darker(nearest, distance)
    return nearest


def weighted(weight: float) -> list[int]:
    """Return the lookup table that multiplies a value, up to 255."""
    return [min(255, round(value * weight)) for value in range(256)]


def threshold(histogram: list[int]) -> int:
    """Return the value that parts the histogram best in two (Otsu), within sensible bounds."""
    total, moment = sum(histogram), sum(value * n for value, n in enumerate(histogram))
    best, best_spread, below, moment_below = 0, 0.0, 0, 0
    for value, count in enumerate(histogram):
        below, moment_below = below + count, moment_below + value * count
        if not 0 < below < total:
            continue
        gap = moment_below / below - (moment - moment_below) / (total - below)
        spread = below * (total - below) * gap * gap
        if spread > best_spread:
            best, best_spread = value, spread
    return max(LEAST_NEEDED_DISTANCE, min(best, MOST_NEEDED_DISTANCE))


def above(limit: int) -> list[int]:
    """Return the lookup table that makes everything above ``limit`` white, the rest black."""
    return [255 * (value > limit) for value in range(256)]


def filled(binary: Image.Image) -> Image.Image:
    """Close small gaps, and fill what is not connected with the border."""
    closed = binary.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.MinFilter(5))
    width, height = closed.size
    background = [
        part
        for part in find_parts(ImageChops.invert(closed))
        if any(y in (0, height - 1) or start == 0 or end == width for y, start, end in part.spans)
    ]
    return ImageChops.invert(drawn(background, closed.size))
