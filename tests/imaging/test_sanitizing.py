import io
import struct

import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from django_product_isolation.imaging import anomalies, inspect, sanitized, thumbnails_of
from tests.imaging.pictures import (
    ORIENTATION,
    picture,
    rejection,
    saved,
    several,
    turned,
    with_colour_key,
)
from tests.imaging.profiles import (
    SRGB,
    SWAPPED,
    named,
)

CANARY = "canary-9-gps!"
SPELLINGS = (CANARY.encode(), CANARY.encode("utf-16-be"), CANARY.encode("utf-16-le"))
SCRIPT = b"<script>alert('canary-9-gps!')</script>"
FORMATS = ["PNG", "JPEG", "WEBP"]


def published(file):
    """The bytes that would be published and the facts told of them."""
    with sanitized(file) as ready:
        body = ready.file.read()
        assert ready.size == len(body)
        assert ready.facts == inspect(ready.file)
    assert file.tell() == 0
    return body, ready.facts


def shown(body):
    with Image.open(io.BytesIO(body)) as image:
        image.load()
    return image


def colour_difference(left, right):
    """The mean distance of colours in CIE Lab; a person just notices one of 2.3."""
    assert left.size == right.size
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    distances = [0.0] * (left.width * left.height)
    bands = [
        ImageCms.profileToProfile(image.convert("RGB"), srgb, lab, outputMode="LAB").split()
        for image in (left, right)
    ]
    for scale, one, other in zip((100 / 255, 1, 1), *bands, strict=True):
        for at, (a, b) in enumerate(zip(one.tobytes(), other.tobytes(), strict=True)):
            distances[at] += ((a - b) * scale) ** 2
    return sum(distance**0.5 for distance in distances) / len(distances)


def translucent(mode="RGBA"):
    image = picture(mode=mode)
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def cut_out_palette():
    image = picture(mode="P")
    return saved(image, transparency=image.getpixel((100, 60)))


PLAIN = {
    "png": saved(picture()),
    "png grey": saved(picture(mode="L")),
    "png bits": saved(picture(mode="1")),
    "png palette": saved(picture(mode="P")),
    "png palette with alpha": cut_out_palette(),
    "png colour key": with_colour_key(),
    "png alpha": saved(translucent()),
    "png grey alpha": saved(translucent("LA")),
    "jpeg": saved(picture(), "JPEG"),
    "jpeg grey": saved(picture(mode="L"), "JPEG"),
    "jpeg progressive": saved(picture(), "JPEG", progressive=True),
    "jpeg restarts": saved(picture(), "JPEG", restart_marker_blocks=2),
    "webp": saved(picture(), "WEBP"),
    "webp alpha": saved(translucent(), "WEBP"),
    "webp lossless": saved(translucent(), "WEBP", lossless=True),
}


@pytest.mark.parametrize("kind", PLAIN)
def test_plain_result_that_carries_nothing_stays_to_the_byte(kind):
    assert published(PLAIN[kind])[0] == PLAIN[kind].getvalue()


def exif_with_place():
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = CANARY, SCRIPT.decode()
    exif.get_ifd(0x8825)[0x001D] = CANARY
    return exif


def laden(kind, trailer):
    """A file of ``kind`` with our words wherever a file of its format can hold some."""
    image = shown(PLAIN[kind].getvalue())
    options = {"exif": exif_with_place(), "icc_profile": named(SRGB, CANARY)}
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    if kind.startswith("jpeg"):
        body = saved(
            image,
            "JPEG",
            comment=SCRIPT,
            xmp=b"<x>" + SCRIPT,
            progressive="prog" in kind,
            **options,
        ).getvalue()
        extra = b"".join(segment(marker, SCRIPT) for marker in range(0xE0, 0xF0))
        body = body[:2] + extra + body[2:-2] + segment(0xFE, SCRIPT) + body[-2:]
    elif kind.startswith("png"):
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", CANARY)
        text.add_itxt("XML:com.adobe.xmp", CANARY)
        text.add(b"prVt", SCRIPT)
        text.add(b"gAMA", SCRIPT)
        text.add(b"teXt", SCRIPT, True)  # behind the pixels
        body = saved(image, pnginfo=text, **options).getvalue()
    else:
        lossless = "lossless" in kind
        body = saved(image, "WEBP", xmp=SCRIPT, lossless=lossless, **options).getvalue()
        body += riff(b"PRVT", SCRIPT)
        body = b"RIFF" + struct.pack("<I", len(body) - 8) + body[8:]
    return io.BytesIO(body + trailer)


def segment(marker, data):
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def riff(name, data):
    return struct.pack("<4sI", name, len(data)) + data + bytes(len(data) % 2)


TRAILERS = {
    "nothing": b"",
    "page": b"<!doctype html>" + SCRIPT,
    "archive": b"PK\x03\x04" + SCRIPT + b"PK\x05\x06" + bytes(18),
    "picture": saved(picture(), "JPEG", comment=SCRIPT).getvalue(),
}


@pytest.mark.parametrize("trailer", TRAILERS)
@pytest.mark.parametrize("kind", PLAIN)
def test_what_is_published_carries_nothing_but_the_picture(kind, trailer):
    file = laden(kind, TRAILERS[trailer])
    assert CANARY.encode() in file.getvalue()
    body, _ = published(file)
    assert not any(word in body for word in SPELLINGS)
    assert b"script" not in body
    image, came = shown(body), shown(file.getvalue())
    assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(image.info)
    assert not getattr(image, "text", {})
    assert (image.mode, image.size) == (came.mode, came.size)
    assert image.convert("RGBA").tobytes() == came.convert("RGBA").tobytes()


@pytest.mark.parametrize("kind", PLAIN)
def test_publishing_again_gives_the_same_bytes(kind):
    body, _ = published(laden(kind, b"tail"))
    assert published(laden(kind, b"tail"))[0] == body == published(io.BytesIO(body))[0]


@pytest.mark.parametrize(
    "file",
    [turned(6), saved(picture(mode="RGBA"), icc_profile=SWAPPED), turned(6, file_format="WEBP")],
)
def test_saving_anew_gives_the_same_bytes_each_time(file):
    assert published(file)[0] == published(file)[0]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", FORMATS)
def test_result_is_published_upright(orientation, file_format):
    image = picture(mode="RGB" if file_format == "JPEG" else "RGBA")
    if image.mode == "RGBA":
        image.putalpha(Image.linear_gradient("L").resize(image.size))
    file = turned(orientation, image, file_format)
    with Image.open(file) as original:
        # A browser turns no WebP.
        expected = original.copy() if file_format == "WEBP" else ImageOps.exif_transpose(original)
    body, facts = published(file)
    assert (facts.format, facts.is_upright) == (file_format, True)
    assert ORIENTATION not in shown(body).getexif()
    assert shown(body).mode == expected.mode
    assert colour_difference(on_grey(shown(body)), on_grey(expected)) < 1.5
    if image.mode == "RGBA":
        assert shown(body).getchannel("A").tobytes() == expected.getchannel("A").tobytes()


def on_grey(image):
    canvas = Image.new("RGBA", image.size, (128, 128, 128, 255))
    canvas.alpha_composite(image.convert("RGBA"))
    return canvas.convert("RGB")


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "MPO"])
def test_several_pictures_in_one_file_are_not_published(file_format):
    assert rejection(lambda file: published(file), several(file_format)) == "animated"


FOREIGN = {
    "eps": saved(picture(), "EPS").getvalue(),
    "pdf": saved(picture(), "PDF").getvalue(),
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "psd": b"8BPS\0\x01" + bytes(60),
    "ico": saved(picture((64, 64)), "ICO").getvalue(),
    "tiff": saved(picture(), "TIFF").getvalue(),
    "gif": saved(picture(), "GIF").getvalue(),
    "bmp": saved(picture(), "BMP").getvalue(),
    "page before a png": b"<!doctype html>" + saved(picture()).getvalue(),
    "archive before a jpeg": b"PK\x03\x04" + saved(picture(), "JPEG").getvalue(),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_file_of_another_kind_is_not_published(kind):
    assert rejection(lambda file: published(file), io.BytesIO(FOREIGN[kind])) == "not_an_image"


def test_file_that_reads_otherwise_without_its_surplus_is_not_published(monkeypatch):
    other = saved(picture().rotate(180)).getvalue()
    monkeypatch.setattr(
        "django_product_isolation.imaging.cleaning.stripped", lambda body, kind: (other, False)
    )
    assert rejection(lambda file: published(file), saved(picture())) == "unreadable"


def test_plain_result_is_decoded_once_whatever_it_carries(monkeypatch):
    opened = []
    monkeypatch.setattr(Image, "open", record_calls(Image.open, opened))
    for file_format in FORMATS:
        file = saved(picture(), file_format, exif=exif_with_place(), icc_profile=SRGB)
        opened.clear()
        with sanitized(file, small=100) as ready:
            anomalies(ready, "3:2")
            small = thumbnails_of(ready.small, sizes=[160, 50])
        assert len(opened) == 1
        assert [max(shown(body).size) for body in small] == [100, 50]


def record_calls(function, calls):
    def recorded(*args, **options):
        calls.append(args)
        return function(*args, **options)

    return recorded


def test_error_while_storing_is_not_taken_for_one_of_the_image():
    for file in (saved(picture()), turned(6)):
        with pytest.raises(OSError, match="disk full"), sanitized(file):
            raise OSError("disk full")
