"""What a customer's page shows: its addresses, opened and compared with a picture by its pixels."""

import re
from html import unescape
from io import BytesIO

from django.core.files.storage import default_storage
from django.template import Context, Template
from PIL import Image, ImageChops, ImageDraw, ImageOps, ImageStat

ADDRESS = re.compile(r"/media/([^\s\"',]+)")
# Of 255: resampling and JPEG at every library stay below, another picture far above.
SAME = 8
PAGES = {
    "StdImagePhoto": "{{ row.image.url }} {{ row.image.thumbnail.url }} {{ row.image.square.url }}",
    "PicturesPhoto": "{% load pictures %}{% picture row.image %}"
    "{% picture row.image ratio='1/1' %}",
    "VersatilePhoto": "{{ row.image.thumbnail.80x80 }} {{ row.image.crop.60x60 }}",
    "ResizedPhoto": "{{ row.image.url }}",
    "ImagekitPhoto": "{{ row.image.url }} {{ row.small.url }}",
    "EasyPhoto": "{% load easy %}{{ row.image.url }} {% thumbnail row.image 90x90 %}",
    "SorlPhoto": "{% load sorl %}{% thumbnail row.image '90x90' as small %}{{ small.url }}"
    "{% endthumbnail %}",
}


def photo_bytes(size=(600, 400), colour="firebrick", **options) -> bytes:
    """A product (an ellipse) on a striped background."""
    image = Image.new("RGB", size, "wheat")
    draw = ImageDraw.Draw(image)
    for x in range(0, size[0], 40):
        draw.rectangle((x, 0, x + 20, size[1]), fill="tan")
    draw.ellipse([side * part for part in (0.25, 0.75) for side in size], fill=colour)
    out = BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def names_on_page(row) -> list[str]:
    """The files that the page of a row read anew asks for, each once."""
    row = type(row).objects.get(pk=row.pk)
    html = Template(PAGES.get(type(row).__name__, "")).render(Context({"row": row}))
    return [unescape(name) for name in dict.fromkeys(ADDRESS.findall(html))] or [row.image.name]


def opened(name: str) -> Image.Image:
    with default_storage.open(name) as file, Image.open(BytesIO(file.read())) as picture:
        return picture.convert("RGB")


def distance(small: Image.Image, large: Image.Image) -> float:
    """The mean difference between a picture and another one, cut and made small like it."""
    fitted = ImageOps.fit(large, small.size, Image.Resampling.LANCZOS)
    return sum(ImageStat.Stat(ImageChops.difference(small, fitted)).mean) / 3


def show(names: list[str], of: str) -> bool:
    """Whether each of the stored files is there and shows what the stored file ``of`` shows."""
    large = opened(of)
    return all(distance(opened(name), large) < SAME for name in names)
