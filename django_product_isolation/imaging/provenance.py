"""The mark that says a model made a picture: IPTC's DigitalSourceType, in an XMP packet of ours.

Google's merchant rules want it kept where it is, and written where it is not (docs/storages.md).
Must not touch compressed pixels.
"""

import re
import struct
from dataclasses import replace
from io import BytesIO
from typing import Any

from .decoding import ImageFacts
from .inspection import Prepared
from .metadata import WEBP_ALPHA, png_chunk

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# Its terms, also the retired ones; anything else that stands there is no mark.
TERMS = frozenset(
    (
        "algorithmicMedia",
        "algorithmicallyEnhanced",
        "composite",
        "compositeCapture",
        "compositeSynthetic",
        "compositeWithTrainedAlgorithmicMedia",
        "computationalCapture",
        "dataDrivenMedia",
        "digitalArt",
        "digitalCapture",
        "digitalCreation",
        "humanEdits",
        "minorHumanEdits",
        "negativeFilm",
        "positiveFilm",
        "print",
        "screenCapture",
        "softwareImage",
        "trainedAlgorithmicMedia",
        "virtualRecording",
    )
)
# As an attribute, as an element, or as the resource that an element names.
GIVEN = re.compile(rb"DigitalSourceType\b[^/]{1,60}?https?:" + VOCABULARY[5:].encode() + rb"(\w+)")
PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    'Iptc4xmpExt:DigitalSourceType="{value}"/>'
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
)
JPEG_NAME = b"http://ns.adobe.com/xap/1.0/\0"
PNG_NAME = b"XML:com.adobe.xmp\0\0\0\0\0"  # neither compressed nor in a language
PNG_HEADER = 8 + 25  # bytes: what every PNG begins with, and its IHDR
WEBP_XMP = 0x04  # a flag of VP8X


def source_type_in(packet: bytes | str | None) -> str:
    """The vocabulary's term that an XMP packet gives; "" where it gives none that is known.

    Nothing is parsed: the packet is a stranger's.
    """
    given = packet.encode() if isinstance(packet, str) else packet or b""
    terms = (match.decode("ascii", "replace") for match in GIVEN.findall(given))
    return next((term for term in terms if term in TERMS), "")


def facts_to_keep(picture: Prepared) -> dict[str, Any]:
    """Format, width and height (pixels), bytes, and IPTC's term for how it was made ("" for none).

    As customers get it and ready for JSON, so that no page has to open the picture. The file stands
    at its beginning afterwards.
    """
    picture.file.seek(0)
    source_type = source_type_in(picture.file.read())
    picture.file.seek(0)
    return {
        "format": picture.facts.format,
        "width": picture.facts.width,
        "height": picture.facts.height,
        "bytes": picture.size,
        "source_type": source_type,
    }


def marked(picture: Prepared, term: str | None) -> Prepared:
    """``picture`` with the mark ``term`` (a name of the vocabulary), its pixels as they were.

    As it is without ``term``, and in a format other than JPEG, PNG and WebP. ``picture`` has no XMP
    packet, or the one that is written here.
    """
    writer = WRITERS.get(picture.facts.format)
    if not term or writer is None:
        return picture
    body = picture.file.read()
    picture.file.seek(0)
    packet = PACKET.format(value=f"{VOCABULARY}{term}").encode()
    if packet in body:
        return picture
    written = writer(body, packet, picture.facts)
    return replace(picture, file=BytesIO(written), size=len(written))


def _jpeg(body: bytes, packet: bytes, _facts: ImageFacts) -> bytes:
    """In APP1, behind APP0, which has to be the first."""
    at = 2
    while body[at : at + 2] == b"\xff\xe0":
        at += 2 + struct.unpack_from(">H", body, at + 2)[0]
    data = JPEG_NAME + packet
    return body[:at] + struct.pack(">BBH", 0xFF, 0xE1, len(data) + 2) + data + body[at:]


def _png(body: bytes, packet: bytes, _facts: ImageFacts) -> bytes:
    """In iTXt, behind the header: readers need not go to the end."""
    return body[:PNG_HEADER] + png_chunk(b"iTXt", PNG_NAME + packet) + body[PNG_HEADER:]


def _webp(body: bytes, packet: bytes, facts: ImageFacts) -> bytes:
    """In a chunk at the end, which a flag of VP8X tells of."""
    chunks = body[12:]
    if chunks[:4] == b"VP8X":
        flags, chunks = chunks[8], chunks[18:]
        size = body[24:30]
    else:
        flags = WEBP_ALPHA if facts.has_alpha else 0
        size = b"".join((side - 1).to_bytes(3, "little") for side in (facts.width, facts.height))
    header = struct.pack("<4sIB3x", b"VP8X", 10, flags | WEBP_XMP) + size
    chunks = header + chunks + struct.pack("<4sI", b"XMP ", len(packet)) + packet
    chunks += bytes(len(packet) % 2)
    return struct.pack("<4sI4s", b"RIFF", len(chunks) + 4, b"WEBP") + chunks


WRITERS = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp}
