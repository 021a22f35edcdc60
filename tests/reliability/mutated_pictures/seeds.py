"""Valid files of every format and colour mode, from which the damaged ones are made."""

import io
import zlib
from functools import cache

from PIL import Image

from tests.imaging.pictures import deep_grey, picture, saved, several, turned, with_colour_key
from tests.imaging.profiles import SRGB, SWAPPED, grey_profile, ink_profile, rgb_profile

LARGEST = (5250, 4000)  # pixels: just as many as a result may have


def translucent(mode="RGBA"):
    image = picture(mode=mode)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


@cache
def small() -> dict[str, bytes]:
    """Pictures of 120 x 80 pixels by what they are."""
    palette = picture(mode="P")
    files = {
        "png rgb": saved(picture()),
        "png rgba": saved(translucent()),
        "png grey": saved(picture(mode="L")),
        "png grey alpha": saved(translucent("LA")),
        "png bits": saved(picture(mode="1")),
        "png palette": saved(palette),
        "png palette alpha": saved(palette, transparency=bytes(range(256))),
        "png colour key": with_colour_key(),
        "png deep grey": deep_grey()[0],
        "png deep grey linear": saved(Image.open(deep_grey()[0]), icc_profile=grey_profile(1)),
        "png turned": turned(6, translucent(), "PNG"),
        "png srgb": saved(picture(), icc_profile=SRGB),
        "png swapped": saved(translucent(), icc_profile=SWAPPED),
        "png animated": several("PNG"),
        "jpeg": saved(picture(), "JPEG"),
        "jpeg grey": saved(picture(mode="L"), "JPEG"),
        "jpeg progressive": saved(picture(), "JPEG", progressive=True),
        "jpeg restarts": saved(picture(), "JPEG", restart_marker_blocks=3),
        "jpeg rgb": saved(picture(), "JPEG", keep_rgb=True),
        "jpeg fine": saved(picture(), "JPEG", quality=98, subsampling=0),
        "jpeg cmyk": saved(picture(mode="CMYK"), "JPEG"),
        "jpeg inks": saved(picture(mode="CMYK"), "JPEG", icc_profile=ink_profile()),
        "jpeg turned": turned(8),
        "jpeg srgb": saved(picture(), "JPEG", icc_profile=SRGB),
        "jpeg linear": saved(picture(), "JPEG", icc_profile=rgb_profile(1)),
        "jpeg laden": saved(picture(), "JPEG", comment=b"words" * 9, xmp=b"<x/>", dpi=(72, 72)),
        "jpeg several": several("MPO"),
        "webp": saved(picture(), "WEBP"),
        "webp alpha": saved(translucent(), "WEBP"),
        "webp lossless": saved(translucent(), "WEBP", lossless=True),
        "webp turned": turned(3, file_format="WEBP"),
        "webp swapped": saved(translucent(), "WEBP", icc_profile=SWAPPED),
        "webp laden": saved(picture(), "WEBP", xmp=b"<x/>" * 9, icc_profile=SRGB),
        "webp animated": several("WEBP"),
        "gif": saved(picture(), "GIF"),
        "tiff": saved(picture(), "TIFF"),
        "bmp": saved(picture(), "BMP"),
    }
    return {name: file.getvalue() for name, file in files.items()}


def heavy() -> dict[str, bytes]:
    """Small files of very many pixels: as many as are allowed, and more; or of very much text."""
    side = LARGEST[0] + 1
    black = Image.new("RGB", LARGEST)
    frames = [Image.new("RGB", (8, 8), (n % 256, n // 256, 0)) for n in range(1000)]
    files = {
        "largest webp": saved(black, "WEBP", method=0),
        "largest webp turned": turned(6, black, "WEBP", method=0),
        "largest webp swapped": saved(
            Image.new("RGBA", LARGEST, (9, 99, 199, 99)), "WEBP", method=0, icc_profile=SWAPPED
        ),
        "largest png": saved(black.convert("RGBA")),
        "largest png turned": turned(6, black.convert("RGBA"), "PNG", icc_profile=SWAPPED),
        "largest jpeg": saved(black, "JPEG"),
        "largest jpeg cmyk": saved(black.convert("CMYK"), "JPEG", icc_profile=ink_profile()),
        "larger png": io.BytesIO(bit_png(side, side)),
        "larger webp": saved(Image.new("RGB", (side, side)), "WEBP", method=0),
        "bomb 9000": io.BytesIO(bit_png(9_000, 9_000)),
        "bomb 14000": io.BytesIO(bit_png(14_000, 14_000)),
        "bomb 65500": saved(Image.new("L", (65_500, 10)), "JPEG"),
        "frames": saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], method=0),
        "frames of png": saved(frames[0], save_all=True, append_images=frames[1:]),
        "text": io.BytesIO(texts(1000)),
    }
    return {name: file.getvalue() for name, file in files.items()}


def chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return len(data).to_bytes(4, "big") + name + data + check.to_bytes(4, "big")


def bit_png(width: int, height: int) -> bytes:
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\1\0\0\0\0"
    rows = zlib.compress(bytes((1 + (width + 7) // 8) * height))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def texts(count: int) -> bytes:
    """A picture with ``count`` compressed texts of a megabyte."""
    body = saved(picture()).getvalue()
    text = chunk(b"zTXt", b"note\0\0" + zlib.compress(b"x" * 1_000_000))
    return body[:33] + text * count + body[33:]
