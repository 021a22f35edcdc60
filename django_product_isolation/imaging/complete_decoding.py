"""Decoding a picture whole or not at all, whatever the host allows Pillow to pass over.

Goes by one picture at a time: no switch of the process is touched, since other threads, the
host's own, decode under it.
"""

from typing import IO, Any
from weakref import proxy

from PIL import Image, ImageFile
from PIL.JpegImagePlugin import JpegImageFile

DECODER = "django_product_isolation"


class Incomplete(OSError):
    """The file holds less than its whole picture."""


def require_complete(picture: ImageFile.ImageFile) -> None:
    """Have ``picture`` raise Incomplete, or what its decoder says, when it is loaded in part."""
    whole = _Whole(picture)
    picture.load_prepare = whole.load_prepare  # type: ignore[method-assign]
    picture.load_end = whole.load_end  # type: ignore[method-assign]
    if isinstance(picture, JpegImageFile):
        # Its own makes up an end where there is none.
        picture.load_read = whole.load_read  # type: ignore[method-assign]


class _Whole:
    """The hooks of one picture. It is not held: its pixels must go as soon as nobody needs them."""

    def __init__(self, picture: ImageFile.ImageFile) -> None:
        self.picture = proxy(picture)
        self.kind = type(picture)
        self.decoders: list[WholeDecoder] = []

    def load_prepare(self) -> None:
        self.kind.load_prepare(self.picture)
        self.picture.tile = [
            tile._replace(codec_name=DECODER, args=(tile.codec_name, tile.args, self.decoders))
            for tile in self.picture.tile
        ]

    def load_read(self, read_bytes: int) -> bytes:
        data: bytes = self.picture.fp.read(read_bytes)
        if not data:
            raise Incomplete("the file ends before its picture")
        return data

    def load_end(self) -> None:
        self.kind.load_end(self.picture)
        is_whole = all(decoder.is_done for decoder in self.decoders)
        self.decoders.clear()
        if not is_whole:
            raise Incomplete("the file ends before its picture")


class WholeDecoder(ImageFile.PyDecoder):
    """One of Pillow's decoders, whose failures are raised and whose end is remembered."""

    def init(self, args: tuple[Any, ...]) -> None:
        name, own_args, decoders, *extra = args
        self.decoder = Image._getdecoder(self.mode, name, own_args, tuple(extra))
        self.is_done = False
        decoders.append(self)

    @property
    def pulls_fd(self) -> bool:
        return self.decoder.pulls_fd

    def setimage(self, im: Any, extents: tuple[int, int, int, int] | None = None) -> None:
        self.decoder.setimage(im, extents)

    def setfd(self, fd: IO[bytes]) -> None:
        self.decoder.setfd(fd)

    def cleanup(self) -> None:
        self.decoder.cleanup()

    def decode(self, buffer: Any) -> tuple[int, int]:
        consumed, error = self.decoder.decode(buffer)
        if error < 0:
            raise Incomplete(f"decoder error {error}")
        self.is_done = consumed < 0 or self.pulls_fd
        return consumed, error


Image.register_decoder(DECODER, WholeDecoder)
