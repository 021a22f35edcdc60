"""What we turn is what a browser turns: staff and Runflow see the picture as customers do."""

import base64
import io
import struct
import zlib

import pytest
from PIL import Image

from django_product_isolation.imaging import needs_conversion, prepare_for_upload, thumbnail
from tests.imaging.pictures import ORIENTATION, WITH_AVIF, picture, saved, turned
from tests.imaging.test_structure import segment

XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" '
    b'tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)


def exif(value, kind=3, order=">"):
    """EXIF with an orientation alone, ``kind`` 3 for SHORT and 4 for LONG."""
    mark = b"MM\0*" if order == ">" else b"II*\0"
    value = struct.pack(
        order + ("HH" if kind == 3 else "I"), *((value, 0) if kind == 3 else (value,))
    )
    entry = struct.pack(order + "IHHHI", 8, 1, ORIENTATION, kind, 1) + value
    return b"Exif\0\0" + mark + entry + bytes(4)


def png_chunk(name, data):
    return struct.pack(">I4s", len(data), name) + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(chunk, *, behind=False):
    body = saved(picture()).getvalue()
    at = len(body) - 12 if behind else 33
    return io.BytesIO(body[:at] + chunk + body[at:])


def jpeg_with(*segments):
    body = saved(picture(), "JPEG").getvalue()
    return io.BytesIO(body[:2] + b"".join(segments) + body[2:])


RAW_PROFILE = b"\nexif\n      34\n" + exif(6)[6:].hex().encode() + b"\n"
TAKEN = {
    "JPEG, XMP alone": saved(picture(), "JPEG", xmp=XMP),
    "JPEG, EXIF 1 and XMP 6": turned(1, xmp=XMP),
    "JPEG, EXIF 8 and XMP 6": turned(8, xmp=XMP),
    "JPEG, EXIF 3 and XMP 6": turned(3, xmp=XMP),
    "JPEG, EXIF alone": turned(6),
    "JPEG, little endian": jpeg_with(segment(0xE1, exif(6, order="<"))),
    "JPEG, nonsense 0": turned(0),
    "JPEG, nonsense 9": turned(9),
    "JPEG, nonsense 0 and XMP 6": turned(0, xmp=XMP),
    "JPEG, twice": jpeg_with(segment(0xE1, exif(6)), segment(0xE1, exif(1))),
    "MPO": turned(6, file_format="MPO", save_all=True, append_images=[picture()]),
    "PNG, eXIf": turned(6, file_format="PNG"),
    "PNG, XMP alone": png_with(png_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)),
    "PNG, EXIF in a text": png_with(
        png_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(RAW_PROFILE))
    ),
    "WebP, EXIF": turned(6, file_format="WEBP"),
    "WebP, XMP alone": saved(picture(), "WEBP", xmp=XMP),
    "GIF": saved(picture(), "GIF"),
    **{f"{name}, turned": turned(6, file_format=name) for name in WITH_AVIF},
    **{f"{name}, XMP alone": saved(picture(), name, xmp=XMP) for name in WITH_AVIF},
}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("how", TAKEN)
def test_a_picture_stands_as_a_browser_draws_it(page, how):
    file = TAKEN[how]
    with Image.open(file) as image:
        mime = Image.MIME[image.format].replace("mpo", "jpeg")
    file.seek(0)
    address = f"data:{mime};base64,{base64.b64encode(file.getvalue()).decode()}"
    drawn = page.evaluate(
        """async address => {
            const image = new Image(); image.src = address; await image.decode();
            const canvas = document.createElement("canvas"), w = image.naturalWidth;
            const h = image.naturalHeight, pen = canvas.getContext("2d");
            canvas.width = w; canvas.height = h; pen.drawImage(image, 0, 0);
            const red = (x, y) => { const [r, g, b] = pen.getImageData(x, y, 1, 1).data;
                return r > 200 && g < 60 && b < 60; };
            return [w, h, [[9, 9], [w - 9, 9], [9, h - 9], [w - 9, h - 9]].map(c => red(...c))];
        }""",
        address,
    )
    with prepare_for_upload(file) as sent:
        assert seen(sent.file) == drawn
    assert seen(io.BytesIO(thumbnail(file, size=120))) == drawn


def seen(file):
    """Width, height, and which corner is the red one."""
    with Image.open(file) as image:
        w, h = image.size
        corners = [(9, 9), (w - 9, 9), (9, h - 9), (w - 9, h - 9)]
        colours = [image.convert("RGB").getpixel(corner) for corner in corners]
    return [w, h, [r > 200 and g < 60 and b < 60 for r, g, b in colours]]


@pytest.mark.parametrize("how", ["JPEG, XMP alone", "PNG, EXIF in a text", "WebP, EXIF"])
def test_what_browsers_do_not_turn_is_sent_as_a_copy_that_nobody_turns(how):
    file = TAKEN[how]
    assert needs_conversion(file)
    with prepare_for_upload(file) as sent, Image.open(sent.file) as image:
        assert image.size == (120, 80)
        assert ORIENTATION not in image.getexif()
