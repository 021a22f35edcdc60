"""What happened to runs."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import Status

from .managers import PrimaryManager

MAX_DETAIL = 500  # characters


class RunEvent(models.Model):
    """One thing that happened to a run. Written once; only pruning changes or removes it later."""

    class Kind(models.TextChoices):
        STATUS = "status", _("New status")
        PROBLEM = "problem", _("Problem, trying again")
        APPROVED = "approved", _("Approved")
        AT_ONCE = "at_once", _("Published at once")
        LEFTOVER = "leftover", _("File left over")
        PRUNED = "pruned", _("File removed")
        NOTE = "note", _("Note")

    run = models.ForeignKey("IsolationRun", models.CASCADE, related_name="events")
    at = models.DateTimeField(_("when"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("who"),
    )
    kind = models.CharField(_("what"), max_length=16, choices=Kind)
    status = models.CharField(_("status"), max_length=16, choices=Status, blank=True)
    reason = models.CharField(_("reason"), max_length=32, blank=True)  # an id of Reason
    detail = models.CharField(_("detail"), max_length=MAX_DETAIL, blank=True)

    objects = PrimaryManager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.kind} {self.status}"
