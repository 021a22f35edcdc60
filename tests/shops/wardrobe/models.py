"""A shop whose images stand in inlines: of a garment, of its cuts, of anything at all."""

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Garment(models.Model):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class Coat(Garment):
    """A garment with a table of its own beside."""

    lining = models.CharField(max_length=50, blank=True)

    def __str__(self) -> str:
        return f"Coat {self.name}"


class Cut(models.Model):
    """Belongs to its garment by another column than the key."""

    garment = models.ForeignKey(Garment, models.CASCADE, to_field="code", related_name="cuts")
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.name


class CutPicture(models.Model):
    cut = models.ForeignKey(Cut, models.CASCADE, related_name="pictures")
    picture = models.ImageField(upload_to="cuts/")
    caption = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return str(self.cut)


class Scan(models.Model):
    """A picture of whatever it belongs to."""

    # This app has no migrations, so its tables are made before those that have.
    content_type = models.ForeignKey(ContentType, models.CASCADE, db_constraint=False)
    object_id = models.CharField(max_length=64)
    owner = GenericForeignKey("content_type", "object_id")
    picture = models.ImageField(upload_to="scans/")

    def __str__(self) -> str:
        return str(self.pk)
