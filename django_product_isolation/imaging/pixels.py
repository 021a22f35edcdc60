"""Decoded pixels: their mode, their direction, their background, and how they are saved."""

from collections.abc import Mapping
from io import BytesIO

from PIL import Image, ImageFile

from .color import in_srgb, profile_of
from .decoding import UPRIGHT, orientation_of

SAVE_OPTIONS = {"PNG": {}, "JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"quality": 95}}


def made_small(picture: ImageFile.ImageFile, side: int, *, is_preview: bool = False) -> Image.Image:
    """A decoded picture upright, in sRGB, on white, at most ``side`` pixels a side.

    Its own pixels are used up. A preview is only for the eyes of staff, and made quickly.
    """
    profile, orientation = profile_of(picture), orientation_of(picture)
    pixels = in_common_mode(picture)
    shrink(pixels, side, is_preview=is_preview)
    return upright(in_srgb(on_white(pixels), profile), orientation)


def shrink(pixels: Image.Image, side: int, *, is_preview: bool = False) -> None:
    """Make the picture itself smaller, unless it has at most ``side`` pixels a side."""
    if is_preview:  # half the time of the other, and a little softer
        pixels.thumbnail((side, side), Image.Resampling.HAMMING, reducing_gap=1.0)
    else:
        pixels.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)


def upright(pixels: Image.Image, orientation: int) -> Image.Image:
    return pixels.transpose(UPRIGHT[orientation]) if orientation in UPRIGHT else pixels


def saved(pixels: Image.Image, file_format: str, options: Mapping[str, int]) -> BytesIO:
    pixels.info = {}  # Pillow would write comments and other metadata found there
    copy = BytesIO()
    pixels.save(copy, file_format, **options)
    copy.seek(0)
    return copy


def in_common_mode(picture: Image.Image) -> Image.Image:
    """RGB, L or CMYK, RGBA or LA: modes that can be resampled."""
    if picture.mode.startswith("I"):
        picture = _in_8_bits(picture)
    if picture.mode in ("RGBA", "LA"):
        return picture
    if picture.has_transparency_data:
        return picture.convert("LA" if picture.mode == "L" else "RGBA")
    return picture if picture.mode in ("RGB", "L", "CMYK") else picture.convert("RGB")


def _in_8_bits(picture: Image.Image) -> Image.Image:
    """Greys of 16 bits, which convert() alone would clip to white."""
    greys = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    greys.info = dict(picture.info)
    if "transparency" in greys.info:
        greys.info["transparency"] //= 256
    return greys


def on_white(pixels: Image.Image) -> Image.Image:
    if pixels.mode not in ("RGBA", "LA"):
        return pixels
    canvas = Image.new("RGB", pixels.size, "white")
    canvas.paste(pixels, mask=pixels)
    return canvas
