"""Picture files as photos of products: the project's own, or those in a folder of yours."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

OWN = Path(__file__).parent / "photos"


@dataclass(frozen=True)
class Photo:
    """A picture file of a product; photos of one product come one after another."""

    product: str
    caption: str
    suffix: str  # ".jpg"
    content: bytes


def own_photos() -> Iterator[Photo]:
    """Yield the project's own, "enamel-mug/in-the-kitchen.webp" as a photo of "Enamel mug"."""
    for path in sorted(OWN.glob("*/*.webp")):
        product = in_words(path.parent.name)
        caption = in_words(f"{path.parent.name} {path.stem}")
        yield Photo(product, caption, path.suffix, path.read_bytes())


def photos_in(folder: Path) -> Iterator[Photo]:
    """Yield the pictures in the folder by name, "jeans-street.jpg" as "Jeans street".

    Other files are passed over.
    """
    for path in sorted(folder.iterdir(), key=lambda path: (path.stem.lower(), path.name)):
        if path.is_file() and is_picture(path):
            name = in_words(path.stem)
            yield Photo(name, name, path.suffix.lower(), path.read_bytes())


def in_words(name: str) -> str:
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:100]


def is_picture(path: Path) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                picture.verify()
    except Exception:
        return False  # Pillow raises whatever its decoders raise
    return True
