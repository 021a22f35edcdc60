"""Small real pictures, drawn once: sources as a shop has them, results as Runflow sends them."""

from functools import cache, lru_cache
from io import BytesIO

from PIL import Image, ImageDraw

COLOURS = ["firebrick", "teal", "olive", "indigo", "orange", "navy", "purple", "black"]


@cache
def source(number: int) -> bytes:
    """A busy photo; each number has bytes of its own."""
    image = Image.new("RGB", (80, 72), "wheat")
    draw = ImageDraw.Draw(image)
    for x in range(0, 80, 12):
        draw.rectangle((x, 0, x + 5, 72), fill="tan")
    draw.ellipse((20, 18, 60, 54), fill=COLOURS[number % len(COLOURS)])
    comment = f"photo {number}".encode()
    return encoded(image, "JPEG", comment=comment)


@cache
def result(number: int) -> bytes:
    """A clean square picture, a PNG or a WebP."""
    shape = Image.new("RGB", (72, 72), "white")
    left = 8 + number % 16
    ImageDraw.Draw(shape).rectangle((left, 10, left + 30, 60), fill=COLOURS[number % 8])
    return encoded(shape, "WEBP" if number % 2 else "PNG")


@cache
def odd(kind: str) -> bytes:
    """A result that is none, or a strange one."""
    good = result(0)
    if kind == "truncated":
        return good[: len(good) // 2]
    if kind == "garbage":
        return b"<html>not a picture</html>"
    if kind == "empty":
        return b""
    if kind == "animated":
        frames = [Image.new("RGB", (72, 72), colour) for colour in ("red", "blue")]
        return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=100)
    size = {"wide": (144, 72), "small": (32, 32), "flat": (72, 72)}[kind]
    image = Image.new("RGB", size, "white")
    if kind != "flat":
        ImageDraw.Draw(image).ellipse((4, 4, size[1] - 4, size[1] - 4), fill="black")
    return encoded(image, "PNG")


@lru_cache(maxsize=4096)
def size_of(content: bytes) -> tuple[int, int]:
    """Width and height of a picture that decodes; raises what Pillow raises for another."""
    with Image.open(BytesIO(content)) as image:
        image.load()
        return image.size


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()
