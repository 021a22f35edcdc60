"""The shop around the app: its products, and the people who change them and click."""

import uuid
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile

from tests.shops.assortment.models import BIN, CataloguePhoto, ShownPhoto
from tests.shops.catalogue.models import Product, ProductImage

from . import pictures
from .storage import StorageDouble

NAMES = ["photo", "sku", "deletes"]
FIELD: Any = ProductImage._meta.get_field("original")


class Shop:
    """What people do to their own tables and files. Nothing here can fail."""

    def __init__(self, storage: StorageDouble) -> None:
        self.storage = storage
        self.people = list(get_user_model()._base_manager.filter(username__in="ab").order_by("pk"))
        self.people = self.people or [
            get_user_model()._base_manager.create(username=name) for name in "ab"
        ]
        ContentType.objects.clear_cache()
        ContentType.objects.get_for_model(ProductImage)

    def reset(self, images: int, names: str = "photo", *, has_bin: bool = False) -> None:
        """A shop with so many products, one image each.

        ``names`` other than "photo" are the same for each upload of a product's; "deletes" does
        away with what lies there, when it is asked for the name.
        """
        self.names = names
        self.lists = [ProductImage, CataloguePhoto]
        if has_bin:
            self.lists = [CataloguePhoto, ShownPhoto, ShownPhoto]
        FIELD.upload_to = "products/" if names == "photo" else self.name_by_sku
        self.binned_at: dict[int, int] = {}  # points
        self.taken = 0  # photos
        self.asked = 0  # for a list of images
        self.overwritten: set[str] = set()  # names under which a person put other bytes
        self.read_before: dict[int, ProductImage] = {}
        numbers = range(1, images + 1)
        Product.objects.bulk_create([Product(pk=n, name=f"Product {n}") for n in numbers])
        rows = []
        for n in numbers:
            name = self.first_name(n)
            size = self._put(name)
            rows.append(ProductImage(pk=n, product_id=n, width=size[0], height=size[1]))
            rows[-1].original.name = name
        ProductImage.objects.bulk_create(rows)

    def _put(self, name: str) -> tuple[int, int]:
        self.taken += 1
        photo = pictures.source(self.taken)
        if self.storage.read(name) is not None:
            self.overwritten.add(name)
        self.storage.put(name, photo)
        return pictures.size_of(photo)

    def first_name(self, pk: int) -> str:
        return f"products/{'photo' if self.names == 'photo' else 'sku'}-{pk}.jpg"

    def name_by_sku(self, image: ProductImage, _filename: str) -> str:
        name = self.first_name(image.pk)
        if self.names == "deletes":
            self.storage.delete(name)
        return name

    def image(self, pk: int) -> ProductImage | None:
        return ProductImage.objects.filter(pk=pk).first()

    def upload(self, pk: int) -> None:
        """A new photo, as a form of the shop's saves it."""
        if image := self.image(pk):
            self.taken += 1
            photo = ContentFile(pictures.source(self.taken))
            known = set(self.storage.files)
            image.original.save(f"new-{self.taken}.jpg", photo)
            self.overwritten |= known & {image.original.name}

    def upload_same_name(self, pk: int, *, save: bool, name: str = "") -> None:
        """A new photo under ``name`` or the first one's; ``save`` points the field at it too."""
        name = name or self.first_name(pk)
        width, height = self._put(name)
        if save:
            ProductImage.objects.filter(pk=pk).update(original=name, width=width, height=height)

    def clear(self, pk: int) -> None:
        ProductImage.objects.filter(pk=pk).update(original="", width=None, height=None)

    def open_form(self, pk: int) -> None:
        """Read a row that will be saved later, as the shop's admin does."""
        if image := self.image(pk):
            self.read_before[pk] = image

    def save_form(self, pk: int, caption: str) -> None:
        """Save all columns of a row that was read before, whatever happened since."""
        image = self.read_before.pop(pk, None)
        if image and self.image(pk):
            image.caption = caption
            image.save()

    def edit_caption(self, pk: int, caption: str) -> None:
        ProductImage.objects.filter(pk=pk).update(caption=caption)

    def bin(self, pk: int) -> None:
        """Away from all lists but the bin's own. Where there is no bin it is a caption."""
        self.edit_caption(pk, BIN)
        self.binned_at[pk] = self.storage.points.all

    def delete(self, pk: int) -> None:
        ProductImage.objects.filter(pk=pk).delete()

    def images(self, pks: list[int]) -> Any:
        """The images as one of two lists gives them: each is of a model of its own."""
        self.asked += 1
        # Whatever was ticked, though it was put into the bin since.
        return self.lists[self.asked % len(self.lists)]._base_manager.filter(pk__in=pks)

    @staticmethod
    def put_away() -> None:
        FIELD.upload_to = "products/"

    @staticmethod
    def token(number: int) -> uuid.UUID:
        """The one-time token of a confirm page."""
        return uuid.UUID(int=number, version=4)
