"""What was found in results when they were compared with their sources, and what people decided."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .managers import PrimaryManager


class RunFinding(models.Model):
    """One finding about one run's result, as it was found; the limits may be others today."""

    class Decision(models.TextChoices):
        NONE = "", _("Undecided")
        OVERRULED = "overruled", _("Approved all the same")
        DECLINED = "declined", _("Rejected")

    run = models.ForeignKey(
        "IsolationRun",
        models.CASCADE,
        related_name="found",
        db_index=False,  # the unique pair below begins with it
    )
    finding = models.CharField(max_length=50)  # an id of imaging.verdict
    strength = models.FloatField()
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    found_at = models.DateTimeField(default=timezone.now)

    objects = PrimaryManager()

    class Meta:
        base_manager_name = "objects"
        default_permissions = ()  # only our own pages show them
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(fields=["run", "finding"], name="product_isolation_one_finding")
        ]
        indexes = [
            # How often each was found, and what was decided, is counted without the rows.
            models.Index(
                fields=["finding", "decision", "found_at"], name="product_isolation_found_idx"
            ),
        ]

    def __str__(self) -> str:
        return self.finding
