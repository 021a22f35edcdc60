"""A photo's way through the sandbox: read, cut out, set on its background, encoded.

Knows no run: the same photo and wishes give the same bytes.
"""

import io
from typing import NamedTuple

from PIL import Image

from .compose import encoded
from .cutout import product_alpha
from .engines import Engine
from .picture import read_picture
from .tampering import CutOut, tampered_packshot

PREVIEW_SIDE = 320  # pixels


class Isolated(NamedTuple):
    """What is made of a photo: the result's file, and small copies (WebP) for the front page."""

    content: bytes
    before: bytes
    after: bytes


def isolated(
    photo: bytes,
    *,
    engine: Engine,
    size: tuple[int, int],
    background: str,
    image_format: str,
    spoilt: tuple[str, ...],
) -> Isolated:
    """Isolate the product on ``photo``; the result has ``size`` (width, height) in pixels.

    ``spoilt`` names ways to show another thing than the photo. Raises InputRefused.
    """
    picture = read_picture(photo)
    alpha = product_alpha(engine.mask(picture))
    result = tampered_packshot(CutOut(picture, alpha), size, background, spoilt)
    return Isolated(encoded(result, image_format), preview(picture), preview(result))


def preview(picture: Image.Image) -> bytes:
    small = picture.convert("RGB")
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    output = io.BytesIO()
    small.save(output, "WEBP", quality=80)
    return output.getvalue()
