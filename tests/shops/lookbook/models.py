"""A shop on PostgreSQL that keeps several pictures in one column. Installed there alone."""

from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import FileSystemStorage
from django.db import models


class Look(models.Model):
    gallery = ArrayField(models.ImageField(upload_to="products/"), default=list)
    shown = ArrayField(models.CharField(max_length=100), default=list)
    notes = ArrayField(models.TextField(), null=True)
    spreads = ArrayField(ArrayField(models.ImageField(upload_to="products/")), default=list)
    sizes = ArrayField(models.IntegerField(), default=list)
    addresses = ArrayField(models.URLField(max_length=300), default=list)
    pages = ArrayField(
        ArrayField(models.ImageField(storage=FileSystemStorage(location="pages"))), default=list
    )

    def __str__(self) -> str:
        return str(self.pk)
