"""What does not answer at the moment: Runflow, or the places of its files."""

from django.db import models
from django.utils import timezone

from .managers import PrimaryManager


class Outage(models.Model):
    """One place that failed whoever asked last. The row goes with the first answer."""

    place = models.CharField(primary_key=True, max_length=16)
    since = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(default=1)  # since the last answer
    is_declared = models.BooleanField(default=False)  # all wait but the one that probes
    probe_at = models.DateTimeField(default=timezone.now)  # when somebody may ask again

    objects = PrimaryManager()

    class Meta:
        base_manager_name = "objects"
        default_permissions = ()

    def __str__(self) -> str:
        return self.place
