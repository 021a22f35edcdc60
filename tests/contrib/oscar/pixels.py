"""Whether a thumbnail shows a picture: compared pixel by pixel, not by its name."""

from io import BytesIO

from django.core.files.storage import default_storage
from PIL import Image, ImageChops, ImageStat

# Of 255: resampling and JPEG at every maker of thumbnails stay below, another picture far above.
SAME = 6


def opened(name: str) -> Image.Image:
    with default_storage.open(name) as file, Image.open(BytesIO(file.read())) as picture:
        return picture.convert("RGB")


def distance(thumbnail: str, file: str) -> float:
    """The mean difference between a stored thumbnail and a stored picture at its size."""
    small = opened(thumbnail)
    large = opened(file).resize(small.size, Image.Resampling.LANCZOS)
    return sum(ImageStat.Stat(ImageChops.difference(small, large)).mean) / 3


def shows(thumbnail: str, file: str) -> bool:
    return distance(thumbnail, file) < SAME


def stored_name(url: str) -> str:
    """The file behind an address on a page."""
    return url.partition("?")[0].removeprefix("/media/")
