"""What Runflow charged last for an isolation, which need not be what ``PRICE`` says."""

from django.db import models
from django.utils import timezone

from .managers import PrimaryManager


class LastCharge(models.Model):
    """The newest charge that we read for one isolation, by destination and model."""

    # A digest of both, as no database has a key of any length.
    terms = models.CharField(primary_key=True, max_length=64)
    amount = models.DecimalField(max_digits=8, decimal_places=4)  # USD
    read_at = models.DateTimeField(default=timezone.now)

    objects = PrimaryManager()

    class Meta:
        base_manager_name = "objects"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.amount)
