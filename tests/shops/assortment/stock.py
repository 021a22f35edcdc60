"""Rows of the assortment, and settings that name its images."""

from typing import Any

from tests.photos import photo_file
from tests.shops.assortment.models import Item, View


def name_images(settings: Any, **images: Any) -> None:
    """Have the shop's setting name these models of the assortment, and no others."""
    named = {f"assortment.{model}": options for model, options in images.items()}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": named}


def make_item(name: str = "Kettle", **values: Any) -> Item:
    """An item with a picture of each side."""
    files = {"photo": photo_file("front.jpg"), "back": photo_file("back.jpg", colour="navy")}
    return Item.objects.create(name=name, **{**files, **values})


def make_view(**values: Any) -> View:
    return View.objects.create(image=photo_file(), **values)


def bytes_of(file: Any) -> bytes:
    """What the field of a row points at now."""
    with file.storage.open(file.name) as stored:
        content: bytes = stored.read()
    return content
