"""The mark that a model made a picture: written, kept, and read back by an independent reader."""

import json
import os
import shutil
import subprocess
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from django_product_isolation.imaging import marked, sanitized
from django_product_isolation.imaging.provenance import VOCABULARY, source_type_in

EDITED, CREATED = "compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia"
FORMATS = ("JPEG", "PNG", "WEBP", "WEBP lossless", "WEBP alpha", "PNG alpha")
FOREIGN = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="Graz" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">{mark}'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
)
ELEMENT = "<Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>"
RESOURCE = '<Iptc4xmpExt:DigitalSourceType rdf:resource="{}"/>'


def picture(kind: str, xmp: str = "") -> BytesIO:
    name, *more = kind.split()
    alpha = "alpha" in more
    pixels = Image.new("RGBA" if alpha else "RGB", (64, 48), (200, 30, 40, 90)[: 4 if alpha else 3])
    pixels.putpixel((3, 4), (1, 2, 3, 255)[: len(pixels.getbands())])
    options = {"lossless": True} if "lossless" in more else {}
    if xmp and name == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp)
        options["pnginfo"] = info
    elif xmp:
        options["xmp"] = xmp.encode()
    file = BytesIO()
    pixels.save(file, name, **options)
    file.seek(0)
    return file


def published(file: BytesIO, term: str | None = EDITED) -> bytes:
    """The bytes that a shop would store of a result."""
    with sanitized(file) as clean:
        return marked(clean, clean.source_type or term).file.read()


def pixels_of(body: bytes) -> tuple:
    with Image.open(BytesIO(body)) as opened:
        return opened.mode, opened.size, opened.tobytes()


def read_by_exiftool(body: bytes, tmp_path) -> dict:
    if shutil.which("exiftool") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have exiftool.")
        pytest.skip("exiftool is not installed.")
    path = tmp_path / "result"
    path.write_bytes(body)
    told = subprocess.run(
        ["exiftool", "-json", "-n", "-G1", "-a", "-all", "-Validate", str(path)],
        capture_output=True,
        check=True,
    )
    (found,) = json.loads(told.stdout)
    return found


@pytest.mark.parametrize("kind", FORMATS)
def test_another_reader_finds_the_mark_and_nothing_amiss(kind, tmp_path):
    found = read_by_exiftool(published(picture(kind)), tmp_path)
    assert found["XMP-iptcExt:DigitalSourceType"] == f"{VOCABULARY}{EDITED}"
    assert found["ExifTool:Validate"] == "0 0 0"


@pytest.mark.parametrize("kind", FORMATS)
def test_the_mark_costs_no_pixel(kind):
    body = published(picture(kind))
    assert pixels_of(body) == pixels_of(published(picture(kind), None))
    assert 400 < len(body) - len(published(picture(kind), None)) < 600


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("form", [ELEMENT, RESOURCE])
def test_a_mark_that_a_result_brings_is_kept_and_all_else_goes(kind, form, tmp_path):
    mark = form.format(f"{VOCABULARY}{CREATED}")
    body = published(picture(kind, FOREIGN.format(mark=mark)))
    found = read_by_exiftool(body, tmp_path)
    assert found["XMP-iptcExt:DigitalSourceType"] == f"{VOCABULARY}{CREATED}"
    assert b"Graz" not in body


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_no_term_of_the_vocabulary_is_no_mark(kind):
    mark = ELEMENT.format(f"{VOCABULARY}paintedByHandInGraz")
    body = published(picture(kind, FOREIGN.format(mark=mark)))
    assert b"Graz" not in body
    assert source_type_in(body) == EDITED


@pytest.mark.parametrize("kind", FORMATS)
def test_marking_twice_is_marking_once(kind):
    with sanitized(picture(kind)) as clean:
        once = marked(clean, EDITED)
        assert marked(once, EDITED) is once


@pytest.mark.parametrize("kind", FORMATS)
def test_nothing_is_written_where_the_shop_wants_nothing(kind):
    with sanitized(picture(kind)) as clean:
        assert marked(clean, None) is clean


@pytest.mark.parametrize("packet", [None, b"", "", b"\xff" * 1000, b"DigitalSourceType" * 50_000])
def test_nonsense_is_no_mark(packet):
    assert source_type_in(packet) == ""
