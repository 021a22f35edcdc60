"""A model whose rows django-simple-history keeps; installed by ``history_settings`` alone."""

from django.db import models
from simple_history.models import HistoricalRecords


class TrackedPhoto(models.Model):
    photo = models.ImageField(upload_to="photos/")
    history = HistoricalRecords()

    def __str__(self) -> str:
        return str(self.pk)
