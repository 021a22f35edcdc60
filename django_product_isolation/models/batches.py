"""Clicks that spend money: the batches, and the lock that lets them spend one after another."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import AspectRatio, Resolution

from .clicks import Click
from .managers import PrimaryManager

if TYPE_CHECKING:
    from django_product_isolation.host import Skipped


class IsolationBatch(Click):
    """The runs of one click, with what they share. The id is also the click's one-time token."""

    model_label = models.CharField(_("model"), max_length=200)
    field_name = models.CharField(_("field"), max_length=100)
    aspect_ratio = models.CharField(_("aspect ratio"), max_length=8, choices=AspectRatio)
    resolution = models.CharField(_("resolution"), max_length=8, choices=Resolution)
    review = models.BooleanField(_("review first"), default=False)
    # Findings that hold no result back, as it was said when this was ordered.
    tolerated_findings = models.JSONField(default=list, editable=False)
    # Ids of marketplaces that the results are meant for.
    places = models.JSONField(_("marketplaces"), default=list)
    unit_price = models.DecimalField(_("price (USD)"), max_digits=8, decimal_places=4)

    # Of it, what an evaluation costs; NULL where none was ordered.
    evaluation_price = models.DecimalField(
        _("price of an evaluation (USD)"), max_digits=8, decimal_places=4, null=True
    )

    # Where the order goes: what the settings said when it was placed. A run that is not sent yet
    # goes nowhere else.
    destination = models.CharField(max_length=32, editable=False)  # of ``BASE_URL``, a digest
    runflow_model = models.TextField(editable=False)
    is_sandbox = models.BooleanField(default=False, editable=False)

    # Set on the batch that isolate() returns, not stored.
    skipped: "Sequence[Skipped]" = ()  # images that were left out, and why
    unread: int = 0  # further images that were not even looked at

    objects = PrimaryManager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["-created_at"]


class SpendingLock(models.Model):
    """A single row whose UPDATE makes clicks under a budget wait for one another."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    taken_at = models.DateTimeField(default=timezone.now)

    objects = PrimaryManager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("spending lock")

    def __str__(self) -> str:
        return str(self.taken_at)
