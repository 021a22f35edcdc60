"""From the bytes of a source to an upright sRGB picture.

Knows Pillow and the limits of an input; not where the bytes came from.
"""

import io
from typing import Any

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from django_product_isolation.sandbox.config import MAX_IMAGE_SIDE

SRGB = ImageCms.createProfile("sRGB")
UNREADABLE: tuple[type[Exception], ...] = (
    UnidentifiedImageError,
    OSError,
    RuntimeError,
    SyntaxError,
    ValueError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


class InputRefused(Exception):
    """The run cannot go on with this source; carries the run's failure code and message."""

    def __init__(self, message: str, code: str = "INPUT_VALIDATION_FAILED") -> None:
        super().__init__(message)
        self.code = code


def read_picture(content: bytes) -> Image.Image:
    """Return the picture in ``content``: RGB, upright, transparency laid on white.

    Raises InputRefused when it is no whole JPEG, PNG or WebP of at most 4096 x 4096 pixels.
    """
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
            if max(image.size) > MAX_IMAGE_SIDE:
                raise InputRefused(
                    f"The source image has {image.width}x{image.height} pixels; the limit is "
                    f"{MAX_IMAGE_SIDE}x{MAX_IMAGE_SIDE}."
                )
            return on_white(in_srgb(ImageOps.exif_transpose(image)))
    except UNREADABLE as error:
        raise InputRefused("The source is not a readable JPEG, PNG or WebP image.") from error


def in_srgb(image: Image.Image) -> Image.Image:
    """Return the picture in sRGB, as its colour profile asks; as it is without a usable one."""
    profile: Any = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, SRGB, outputMode="RGB") or image
    except (ImageCms.PyCMSError, OSError):
        return image


def on_white(image: Image.Image) -> Image.Image:
    """Return the picture as RGB, with white behind whatever is transparent."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")
