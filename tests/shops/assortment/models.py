"""What other shops' models look like: each class is one thing that ours are too tame for."""

from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext

from tests.shops.catalogue.models import ProductImage

from .keys import NumberedKey

BIN = "in the bin"  # as a caption


class Item(models.Model):
    """Several images on the product itself, and a name longer than our columns."""

    name = models.CharField(max_length=400)
    code = models.CharField(max_length=40, unique=True, null=True)  # noqa: DJ001
    is_hidden = models.BooleanField(default=False)
    photo = models.ImageField(
        "100% front", upload_to="items/", blank=True, width_field="width", height_field="height"
    )
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    back = models.ImageField(upload_to="backs/", blank=True)

    def __str__(self) -> str:
        return self.name


class CataloguePhoto(ProductImage):
    """A proxy of another app's images."""

    class Meta:
        proxy = True


class ShownPhotos(models.Manager[ProductImage]):
    """All but those in the bin."""

    def get_queryset(self) -> models.QuerySet[ProductImage]:
        return super().get_queryset().exclude(caption=BIN)


class ShownPhoto(ProductImage):
    """A list that does not show what lies in the bin."""

    objects = ShownPhotos()

    class Meta:
        proxy = True


class Season(models.Model):
    """Named in the reader's language."""

    photo = models.ImageField(upload_to="seasons/")

    def __str__(self) -> str:
        return gettext("January")


class Shelf(models.Model):  # noqa: DJ008
    """Says nothing of itself."""

    photo = models.ImageField(upload_to="shelves/")


class Variant(models.Model):
    """Stands between product and image."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="variants")
    sku = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.sku


class View(models.Model):
    """An image that leads to its product in every way there is."""

    image = models.ImageField(upload_to="views/")
    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="+")
    by_code = models.ForeignKey(
        Item,
        models.DO_NOTHING,
        null=True,
        to_field="code",
        db_constraint=False,
        related_name="views_by_code",
    )
    sure_code = models.ForeignKey(
        Item,
        models.DO_NOTHING,
        to_field="code",
        db_constraint=False,
        default="none",
        related_name="+",
    )
    loose = models.ForeignKey(
        Item, models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    only = models.OneToOneField(Item, models.CASCADE, null=True, related_name="only_view")
    variant = models.ForeignKey(Variant, models.CASCADE, null=True, related_name="views")
    items = models.ManyToManyField(Item, related_name="many_views")
    shelf = models.ForeignKey(Shelf, models.CASCADE, null=True)
    # Tables without migrations are made first, and could not refer to this one.
    kind = models.ForeignKey(ContentType, models.CASCADE, null=True, db_constraint=False)
    key = models.CharField(max_length=40, blank=True)
    thing = GenericForeignKey("kind", "key")

    def __str__(self) -> str:
        return f"View {self.pk}"


class Label(models.Model):
    """Refers to the image, which so has several names."""

    view = models.ForeignKey(View, models.CASCADE, related_name="labels")
    text = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.text


class Downcast(models.QuerySet["Shot"]):
    """Hands out the children's own instances, as polymorphic bases do."""

    def _fetch_all(self) -> None:
        super()._fetch_all()
        cache: list[Any] = self._result_cache or []
        self._result_cache = [row.own() if type(row) is Shot else row for row in cache]


class Shot(models.Model):
    """A base whose list hands out its children."""

    item = models.ForeignKey(Item, models.CASCADE, null=True, related_name="shots")
    image = models.ImageField(upload_to="shots/", blank=True)

    objects = Downcast.as_manager()

    def __str__(self) -> str:
        return f"Shot {self.pk}"

    def own(self) -> "Shot":
        for name in ("studioshot", "doubleshot"):
            if hasattr(self, name):
                found: Shot = getattr(self, name)
                return found
        return self


class StudioShot(Shot):
    """A child with an image of its own beside the inherited one."""

    backside = models.ImageField(upload_to="studio/", blank=True)

    def __str__(self) -> str:
        return f"Studio shot {self.pk}"


class WebShot(Shot):
    """A proxy."""

    class Meta:
        proxy = True


class BestWebShot(WebShot):
    """A proxy of a proxy."""

    class Meta:
        proxy = True


class Scan(models.Model):
    """Another parent, with keys of its own."""

    scan_id = models.BigAutoField(primary_key=True)
    scanned = models.ImageField(upload_to="scans/", blank=True)

    def __str__(self) -> str:
        return f"Scan {self.scan_id}"


class DoubleShot(Shot, Scan):
    """A child of two parents: its key is the first one's."""

    def __str__(self) -> str:
        return f"Double shot {self.pk}"


class Stored(models.Model):
    """An abstract base: each child has a table, and so images, of its own."""

    image = models.ImageField(upload_to="stored/")

    class Meta:
        abstract = True


class StoredHere(Stored):
    def __str__(self) -> str:
        return "here"


class StoredThere(Stored):
    def __str__(self) -> str:
        return "there"


class Mirror(models.Model):
    """A second model of the table of StoredHere."""

    picture = models.ImageField(upload_to="stored/", db_column="image")

    class Meta:
        managed = False
        db_table = "assortment_storedhere"

    def __str__(self) -> str:
        return "mirror"


class KeyField(models.CharField):  # type: ignore[type-arg]
    """Compares letter by letter, or takes small letters for capitals, on most databases."""

    exact = {"mysql": "utf8mb4_bin"}
    caseless = {"mysql": "utf8mb4_general_ci", "sqlite": "NOCASE"}

    def __init__(self, *args: Any, is_exact: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_exact = is_exact

    def db_parameters(self, connection: Any) -> Any:
        collations = self.exact if self.is_exact else self.caseless
        return super().db_parameters(connection) | {"collation": collations.get(connection.vendor)}


class Crate(models.Model):
    """Found by its key in any case."""

    code = KeyField(max_length=40, primary_key=True, is_exact=False)
    image = models.ImageField(upload_to="crates/")

    def __str__(self) -> str:
        return str(self.code)


class Pallet(models.Model):
    """Keys and file names longer than our columns."""

    code = KeyField(max_length=300, primary_key=True)
    image = models.ImageField(upload_to="pallets/", max_length=700)

    def __str__(self) -> str:
        return str(self.code)


class Plate(models.Model):
    """A picture that others refer to by the name of its file."""

    picture = models.ImageField(upload_to="plates/", unique=True)

    def __str__(self) -> str:
        return str(self.picture)


class Engraving(models.Model):
    plate = models.ForeignKey(Plate, models.CASCADE, to_field="picture")

    def __str__(self) -> str:
        return str(self.plate_id)


class Slide(models.Model):
    """Found by a key that only Python knows how to write."""

    id = NumberedKey(primary_key=True)
    image = models.ImageField(upload_to="slides/")

    def __str__(self) -> str:
        return str(self.pk)
