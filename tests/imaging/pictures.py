"""Pictures for tests in every format and colour mode, and what can be said of two of them."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from django_product_isolation.imaging.decoding import ImageRejected

ORIENTATION = 0x0112
Image.init()
WITH_AVIF = ["AVIF"] if "AVIF" in Image.SAVE else []  # Pillow's wheels have it since 11.3


def picture(size=(120, 80), mode="RGB"):
    """A picture in which every corner looks different."""
    width, height = size
    across = Image.linear_gradient("L").rotate(90).resize(size)
    down = Image.linear_gradient("L").resize(size)
    image = Image.merge("RGB", (across, down, ImageChops.difference(across, down)))
    image.paste("red", (0, 0, width // 4, height // 4))
    return image.convert(mode)


def saved(image, file_format="PNG", **options):
    file = io.BytesIO()
    image.save(file, file_format, **options)
    file.seek(0)
    return file


def turned(orientation, image=None, file_format="JPEG", **options):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return saved(image or picture(), file_format, exif=exif, **options)


def several(file_format):
    frames = [picture(), picture().rotate(180)]
    return saved(frames[0], file_format, save_all=True, append_images=frames[1:])


def rejection(function, file, *args, **kwargs):
    with pytest.raises(ImageRejected) as caught:
        function(file, *args, **kwargs)
    assert file.tell() == 0
    return caught.value.code


def assert_alike(left, right):
    """The same but for what a lossy format changes."""
    assert left.size == right.size
    difference = ImageStat.Stat(ImageChops.difference(left.convert("RGB"), right.convert("RGB")))
    assert max(difference.mean) < 4


def with_colour_key():
    image = picture()
    return saved(image, transparency=image.getpixel((0, 0)))


def deep_grey():
    """A ramp of 16-bit greys, and the same in 8 bits."""
    grey = Image.linear_gradient("L")
    return saved(grey.convert("I").point(lambda value: value * 257).convert("I;16")), grey
