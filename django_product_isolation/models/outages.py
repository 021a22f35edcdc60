"""What does not answer at the moment: Runflow as a whole, or one of its services."""

from django.db import models
from django.utils import timezone

from .managers import PrimaryManager


class Outage(models.Model):
    """One service that failed whoever asked last. The row goes with the first answer."""

    service = models.CharField(primary_key=True, max_length=16)
    since = models.DateTimeField(default=timezone.now)
    failures = models.PositiveIntegerField(default=1)  # since the last answer
    is_declared = models.BooleanField(default=False)  # all wait but the one that probes
    probe_at = models.DateTimeField(default=timezone.now)  # when somebody may ask again

    objects = PrimaryManager()

    class Meta:
        base_manager_name = "objects"
        default_permissions = ()

    def __str__(self) -> str:
        return self.service
