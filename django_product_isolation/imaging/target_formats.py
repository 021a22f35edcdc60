"""The same result in other formats and sizes, for fields that do not take it as it came.

Must not know fields. Files are local and seekable, and stand at their beginning when yielded.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from PIL import Image

from .decoding import opened, size_of
from .inspection import RESULT_FORMATS, Prepared, inspect
from .pixels import SAVE_OPTIONS, on_white, saved

# What each format may be called, the usual name first.
EXTENSIONS_OF = {"JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"), "PNG": (".png",), "WEBP": (".webp",)}
SHRINK = 0.75  # of the side, each time
MIN_SIDE = 400  # pixels; smaller is no picture of a product
LEAN = {"PNG": {"optimize": 1}, "JPEG": {"quality": 85}, "WEBP": {"quality": 80}}


def accepted_formats(extensions: Sequence[str] | None) -> dict[str, str]:
    """The formats that results can have among ``extensions`` (".png" ...), and how to call each.

    None stands for any extension.
    """
    if extensions is None:
        return {name: known[0] for name, known in EXTENSIONS_OF.items()}
    return {
        name: next(extension for extension in known if extension in extensions)
        for name, known in EXTENSIONS_OF.items()
        if set(known) & set(extensions)
    }


def variants(clean: Prepared, extensions: Sequence[str] | None) -> Iterator[Prepared]:
    """A sanitized result as it is, in other formats, then lighter and smaller, the best first.

    None has an extension that is not among ``extensions``. Raises ImageRejected.
    """
    named = accepted_formats(extensions)
    formats = [name for name in _preferred(clean) if name in named]
    if clean.facts.format in named:
        yield _called(clean, named)
    if not formats:
        return
    pixels = _pixels(clean)
    for name in formats:
        if name != clean.facts.format:
            yield _called(_encoded(pixels, name, SAVE_OPTIONS[name]), named)
    side = max(pixels.size)
    while side >= MIN_SIDE:
        for name in formats:
            smaller = pixels.copy()
            smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
            yield _called(_encoded(smaller, name, LEAN[name]), named)
        side = int(side * SHRINK)


def _preferred(clean: Prepared) -> list[str]:
    """What it is already, then what loses nothing that customers see, then the rest."""
    others = ("PNG", "WEBP", "JPEG") if clean.facts.has_alpha else ("JPEG", "PNG", "WEBP")
    return sorted(others, key=lambda name: name != clean.facts.format)


def _pixels(clean: Prepared) -> Image.Image:
    with opened(clean.file, RESULT_FORMATS) as picture:
        picture.load()
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _encoded(pixels: Image.Image, file_format: str, options: dict[str, int]) -> Prepared:
    shown = on_white(pixels) if file_format == "JPEG" else pixels.copy()
    file = saved(shown, file_format, options)
    return Prepared(file=file, facts=inspect(file), size=size_of(file))


def _called(result: Prepared, named: dict[str, str]) -> Prepared:
    facts = replace(result.facts, extension=named[result.facts.format])
    return replace(result, facts=facts)
