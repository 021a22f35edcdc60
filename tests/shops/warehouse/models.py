"""What other shops do with their files: fixed names, placeholders, foreign tables, histories."""

import uuid

from django.core.files.storage import FileSystemStorage
from django.db import models


def by_sku(instance: models.Model, _filename: str) -> str:
    """One name for each product, whatever the file is called."""
    return f"products/{instance.sku}.jpg"  # type: ignore[attr-defined]


def drawn_placeholder() -> str:
    return "drawn/empty.png"


class SkuPhoto(models.Model):
    sku = models.CharField(max_length=40, primary_key=True)
    picture = models.ImageField(upload_to=by_sku)

    def __str__(self) -> str:
        return self.sku


class Listing(models.Model):
    """Shows a placeholder until somebody uploads a picture."""

    title = models.CharField(max_length=100)
    photo = models.ImageField(upload_to="listings/", default="placeholder.jpg")
    drawing = models.ImageField(upload_to="listings/", default=drawn_placeholder)
    sketch = models.ImageField(upload_to="listings/", db_default="sketch.png")

    def __str__(self) -> str:
        return self.title


class LegacyRow(models.Model):
    """The table of another program."""

    file_name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.file_name


class LegacyPhoto(models.Model):
    """That table as ``inspectdb`` writes it, and somebody completed it."""

    scan = models.ImageField(upload_to="legacy/", db_column="file_name", max_length=100)

    class Meta:
        managed = False
        db_table = "warehouse_legacyrow"

    def __str__(self) -> str:
        return str(self.pk)


class Tracked(models.Model):
    title = models.CharField(max_length=100)
    cover = models.ImageField(upload_to="tracked/")

    def __str__(self) -> str:
        return self.title


class HistoricalTracked(models.Model):
    """The history of ``Tracked``, made as django-simple-history makes it: file fields are text."""

    id = models.BigIntegerField(db_index=True)
    title = models.CharField(max_length=100)
    cover = models.TextField(max_length=100)
    history_id = models.AutoField(primary_key=True)

    instance_type = Tracked

    def __str__(self) -> str:
        return self.title


class OrderLine(models.Model):
    """An order remembers the picture as it was, in a column called as that of the image."""

    original = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.original


class NotHidden(models.Manager["Discarded"]):
    def get_queryset(self) -> models.QuerySet["Discarded"]:
        return super().get_queryset().filter(hidden=False)


class LooseImageField(models.ImageField):
    """A column whose collation takes different names for one, as all do on MariaDB by default."""

    def db_type(self, connection):  # type: ignore[no-untyped-def]
        collations = {"sqlite": " COLLATE NOCASE", "mysql": " COLLATE utf8mb4_unicode_520_ci"}
        return super().db_type(connection) + collations.get(connection.vendor, "")


class Discarded(models.Model):
    """What was thrown away is hidden, by its base manager too, and can be brought back."""

    sample = models.ImageField(upload_to="discarded/")
    hidden = models.BooleanField(default=True)

    objects = NotHidden()

    class Meta:
        base_manager_name = "objects"

    def __str__(self) -> str:
        return str(self.pk)


class LoosePhoto(models.Model):
    picture = LooseImageField(upload_to="loose/")

    def __str__(self) -> str:
        return str(self.pk)


class UuidPhoto(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    picture = models.ImageField(upload_to="photos/")

    def __str__(self) -> str:
        return str(self.pk)


class PhotoOfSku(models.Model):
    """Its key is that of another row."""

    photo = models.OneToOneField(SkuPhoto, models.CASCADE, primary_key=True)
    picture = models.ImageField(upload_to="photos/")

    def __str__(self) -> str:
        return str(self.pk)


class PrintedCatalogue(models.Model):
    """Shows files that others uploaded, and writes down in its own way where they are."""

    path = models.FilePathField(max_length=300, blank=True)
    address = models.URLField(max_length=300, blank=True)
    page = models.ImageField(storage=FileSystemStorage(location="pages"), blank=True)

    def __str__(self) -> str:
        return str(self.pk)


class KeptState(models.Model):
    """What others write about rows: a revision, a log, a description."""

    serialized = models.TextField(blank=True)
    content = models.JSONField(null=True)

    def __str__(self) -> str:
        return str(self.pk)


class BrowsedFile(models.CharField):
    """As django-filebrowser's field."""


class PathColumn(models.Field):
    """One of the shop's own that derives from no text."""

    def get_internal_type(self) -> str:
        return "CharField"


class Banner(models.Model):
    """Names files in short columns that are called as no field of files is."""

    browsed = BrowsedFile(max_length=200, blank=True)
    photo_path = models.CharField(max_length=200, blank=True)
    own = PathColumn(max_length=200, blank=True)

    def __str__(self) -> str:
        return str(self.pk)
