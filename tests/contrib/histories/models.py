"""Images whose states are kept, in the ways in which shops have them kept."""

import reversion
from django.db import models
from simple_history.models import HistoricalRecords


class Tag(models.Model):
    name = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.name


@reversion.register()
class Photo(models.Model):
    """Kept by both libraries."""

    title = models.CharField(max_length=50)
    file = models.ImageField(
        upload_to="photos/", width_field="width", height_field="height", max_length=200
    )
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    tags = models.ManyToManyField(Tag)
    history = HistoricalRecords(m2m_fields=[tags])

    def __str__(self) -> str:
        return self.title


@reversion.register(follow=["photo_ptr"])
class StudioPhoto(Photo):
    """A child in a table of its own, with a history of its own."""

    studio = models.CharField(max_length=50)
    studio_history = HistoricalRecords(related_name="states")


class Sketch(models.Model):
    """Kept by neither."""

    file = models.ImageField(upload_to="sketches/")

    def __str__(self) -> str:
        return str(self.pk)
