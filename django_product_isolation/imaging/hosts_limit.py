"""How large a picture the host lets Pillow open here: some shops set less, for their uploads."""

import zlib
from io import BytesIO

from PIL import Image


def may_open(pixels: int) -> bool:
    """Whether pictures of so many pixels can be opened.

    Pillow is asked, so that ``Image.MAX_IMAGE_PIXELS`` counts as it does for results, and so does
    whether the host takes its warning, between once and twice that, for an error.
    """
    try:
        with Image.open(BytesIO(beginning_of(pixels)), formats=["PNG"]):
            return True
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return False


def beginning_of(pixels: int) -> bytes:
    """The first bytes of a PNG of so many grey pixels, which are all that is read of it."""
    header = b"IHDR" + pixels.to_bytes(4, "big") + (1).to_bytes(4, "big") + b"\x08\0\0\0\0"
    check = zlib.crc32(header).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + b"\0\0\0\x0d" + header + check + b"\0\0\0\0IDAT"
