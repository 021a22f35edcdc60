"""From an engine's mask to a clean cut: which parts are product, and how its edge looks.

Knows greyscale masks (0 background, 255 product) and colours along the edge; not how a mask was
found.
"""

from PIL import Image, ImageChops, ImageFilter

from .parts import drawn, find_parts

PARTS_SIDE = 160  # pixels; parts are told apart on a small copy
SMALLEST_PART = 0.03  # of the largest; anything smaller is dust
FAINTEST_PART = 16  # of 255; thin parts fade on the small copy
LEAST_REACH = 1.5  # pixels; less would not cross the edge of a small picture
EDGE = (0.3, 0.85)  # mask values taken for wholly outside and wholly inside


def product_alpha(mask: Image.Image) -> Image.Image:
    """Return the opacity of the product for a mask of the same size.

    Where the mask shows nothing, the whole picture counts as the product.
    """
    parts = main_parts(mask)
    if parts is None:
        return Image.new("L", mask.size, 255)
    return levels(ImageChops.darker(mask, parts), *EDGE)


def main_parts(mask: Image.Image) -> Image.Image | None:
    """Return where the large parts are, with some room around them; None when there are none."""
    scale = PARTS_SIDE / max(mask.size)
    small = mask.resize([max(1, round(side * scale)) for side in mask.size], Image.Resampling.BOX)
    seen = small.point([255 * (value > FAINTEST_PART) for value in range(256)])
    parts = find_parts(seen.filter(ImageFilter.MaxFilter(3)))
    if not parts:
        return None
    least = SMALLEST_PART * max(part.area for part in parts)
    large = drawn([part for part in parts if part.area >= least], small.size)
    return large.filter(ImageFilter.MaxFilter(5)).resize(mask.size, Image.Resampling.BILINEAR)


def levels(mask: Image.Image, low: float, high: float) -> Image.Image:
    """Stretch a mask so that ``low`` becomes 0 and ``high`` becomes 1 (of 255)."""
    return mask.point(
        [min(255, max(0, round((v / 255 - low) / (high - low) * 255))) for v in range(256)]
    )


def clean_edge(picture: Image.Image, alpha: Image.Image) -> Image.Image:
    """Return the picture with colours along the product's edge taken from inside the product.

    A photograph mixes product and background there, which would show as a halo on white.
    """
    inside = levels(alpha.filter(ImageFilter.MinFilter(5)), 0.9, 1.0)
    solid = picture.copy()
    solid.putalpha(inside)
    grown = grow_colours(solid, max(LEAST_REACH, max(picture.size) / 320))
    return Image.composite(picture, grown, levels(alpha, 0.75, 1.0))


def grow_colours(solid: Image.Image, reach: float) -> Image.Image:
    """Spread the colours of an RGBA picture into its transparent parts, near ones first."""
    premultiplied = solid.convert("RGBa")
    grown = solid.convert("RGB")
    for radius in (6 * reach, 3 * reach, 1.5 * reach):
        spread = premultiplied.filter(ImageFilter.GaussianBlur(radius)).convert("RGBA")
        reached = spread.getchannel("A").point(lambda value: 255 * (value > 12))
        grown = Image.composite(spread.convert("RGB"), grown, reached)
    return grown
