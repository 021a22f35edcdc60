"""What other shops do with their files: fixed names, placeholders, foreign tables, histories."""

import uuid

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

<<<<<<< HEAD
    scan = models.ImageField(upload_to="legacy/", db_column="file_name", max_length=100)
=======
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
>>>>>>> models

    class Meta:
        managed = False
        db_table = "warehouse_legacyrow"

    def __str__(self) -> str:
        return str(self.pk)


class Tracked(models.Model):
    title = models.CharField(max_length=100)
    cover = models.ImageField(upload_to="tracked/")

    def __str__(self) -> str:
<<<<<<< HEAD
        return self.title
=======
        return str(self.code)
>>>>>>> models


class HistoricalTracked(models.Model):
    """The history of ``Tracked``, made as django-simple-history makes it: file fields are text."""

    id = models.BigIntegerField(db_index=True)
    title = models.CharField(max_length=100)
    cover = models.TextField(max_length=100)
    history_id = models.AutoField(primary_key=True)

    instance_type = Tracked

    def __str__(self) -> str:
<<<<<<< HEAD
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
=======
        return str(self.code)
>>>>>>> models
