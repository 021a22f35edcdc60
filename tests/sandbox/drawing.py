"""Pictures drawn for the sandbox's tests, with the mask that a perfect engine would find."""

import io

from PIL import Image, ImageChops, ImageDraw

STAR = [(200, 30), (240, 120), (340, 130), (260, 190), (290, 280)]
STAR += [(200, 230), (110, 280), (140, 190), (60, 130), (160, 120)]
SHAPES = {
    "ellipse": lambda draw, fill: draw.ellipse((120, 60, 280, 240), fill=fill),
    "box": lambda draw, fill: draw.rectangle((100, 80, 300, 220), fill=fill),
    "star": lambda draw, fill: draw.polygon(STAR, fill=fill),
}


def drawn(shape="ellipse", background="#dddddd", colour="#aa3333", size=(400, 300)):
    """Return a picture of one shape on a plain background, and its true mask."""
    picture, mask = Image.new("RGB", size, background), Image.new("L", size)
    SHAPES[shape](ImageDraw.Draw(picture), colour)
    SHAPES[shape](ImageDraw.Draw(mask), 255)
    return picture, mask


def photo(image_format="PNG", **options):
    """Return the bytes of a drawn picture."""
    return as_bytes(drawn(**options)[0], image_format)


def as_bytes(image, image_format="PNG", **options):
    output = io.BytesIO()
    image.save(output, image_format, **options)
    return output.getvalue()


def opened(content):
    """Return the picture in some bytes, loaded."""
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return image


def overlap(mask, truth):
    """Return the intersection over union of two masks, each cut at the middle grey."""
    first, second = (m.point(lambda v: 255 * (v > 127)) for m in (mask, truth))
    return area(ImageChops.darker(first, second)) / area(ImageChops.lighter(first, second))


def area(mask):
    return mask.histogram()[255]
