from django.db import models


class PlainRow(models.Model):
    """What our pages are compared with: a table as long as that of the runs, without relations."""

    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name


class Stamp(models.Model):
    """What the rows in this database were made by, so that they are reused while it holds."""

    value = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.value
