import uuid

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils.functional import LazyObject


class Product(models.Model):
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class ProductImage(models.Model):
    """An image as most shops keep it: own row, dimension columns, columns that others edit."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="images")
    original = models.ImageField(
        upload_to="products/", width_field="width", height_field="height", blank=True
    )
    width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    height = models.PositiveIntegerField(null=True, blank=True, editable=False)
    caption = models.CharField(max_length=100, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Image of {self.product}"


class Swatch(models.Model):
    """An image that is the product itself, under a UUID key, without dimension columns."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    picture = models.ImageField(upload_to="swatches/%Y/%m/", blank=True)

    def __str__(self) -> str:
        return self.name


class PosterStorage(LazyObject):  # type: ignore[type-arg]
    """The alias "posters" of STORAGES, looked up when it is first used."""

    def _setup(self) -> None:
        self._wrapped = storages["posters"]


def poster_storage() -> Storage:
    """Called by Django while the model is made."""
    return PosterStorage()  # type: ignore[return-value]


class Poster(models.Model):
    """Images with a storage of their own, in both ways to say so."""

    given = models.ImageField(upload_to="posters/", storage=PosterStorage())
    called = models.ImageField(upload_to="posters/", storage=poster_storage)

    def __str__(self) -> str:
        return str(self.pk)


class UnregisteredImage(models.Model):
    """An image that no admin shows."""

    picture = models.ImageField(upload_to="hidden/")

    def __str__(self) -> str:
        return str(self.pk)


class Shot(models.Model):
    """An image that others derive from, each in a table of its own."""

    picture = models.ImageField(upload_to="shots/")

    def __str__(self) -> str:
        return str(self.pk)


class StudioShot(Shot):
    studio = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.studio
