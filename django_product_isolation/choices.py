"""The contract's enumerations and the statuses of a run.

Knows nothing but the words: what Runflow accepts and which status may follow which.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

# What Runflow's ids may be long, in characters: the readers take no longer one, the columns do.
MAX_ID = 100


class AspectRatio(models.TextChoices):
    """Width to height of the result: the ten values of the Product Isolation page."""

    SQUARE = "1:1", "1:1"
    PORTRAIT_2_3 = "2:3", "2:3"
    LANDSCAPE_3_2 = "3:2", "3:2"
    PORTRAIT_3_4 = "3:4", "3:4"
    LANDSCAPE_4_3 = "4:3", "4:3"
    PORTRAIT_4_5 = "4:5", "4:5"
    LANDSCAPE_5_4 = "5:4", "5:4"
    PORTRAIT_9_16 = "9:16", "9:16"
    LANDSCAPE_16_9 = "16:9", "16:9"
    LANDSCAPE_21_9 = "21:9", "21:9"

    @property
    def fraction(self) -> float:
        """Width divided by height."""
        width, height = self.value.split(":")
        return int(width) / int(height)


class Resolution(models.TextChoices):
    """Long side of the result, approximately: the three tiers of the Product Isolation page."""

    ONE_K = "1K", _("1K (about 1024 pixels)")
    TWO_K = "2K", _("2K (about 2048 pixels)")
    FOUR_K = "4K", _("4K (about 4096 pixels)")

    @property
    def long_side(self) -> int:
        """Nominal long side in pixels; real results differ (contract, section 4.4)."""
        return 1024 * int(self.value[0])

    @property
    def most_pixels(self) -> int:
        """How many pixels a result may have, in any aspect ratio: the largest that was seen had a
        ninth more than the square of its long side (contract, section 4.4)."""
        return self.long_side**2 * 9 // 8


class Status(models.TextChoices):
    """What a run waits for, or how it ended."""

    QUEUED = "queued", _("Queued")
    SUBMITTING = "submitting", _("Sending")
    PROCESSING = "processing", _("Being isolated")
    COLLECTING = "collecting", _("Collecting the result")
    READY = "ready", _("Result ready")
    HELD = "held", _("Needs attention")
    APPLIED = "applied", _("Applied")
    RESTORING = "restoring", _("Restoring")
    RESTORED = "restored", _("Original restored")
    REJECTED = "rejected", _("Rejected")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    SUPERSEDED = "superseded", _("Image changed meanwhile")


# On the way to a result; the money for it may still be spent.
UNFINISHED_STATUSES = frozenset(
    {
        Status.QUEUED,
        Status.SUBMITTING,
        Status.PROCESSING,
        Status.COLLECTING,
        Status.READY,
        Status.HELD,
    }
)

# While a run is open, its image can have no second one: nor is a result isolated whose original
# is being put back.
OPEN_STATUSES = UNFINISHED_STATUSES | {Status.RESTORING}

# The image field points at the result, as far as the run knows.
SHOWN_STATUSES = frozenset({Status.APPLIED, Status.RESTORING})

# Which status may follow which. Nothing else in the project changes a status.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset(
        {Status.SUBMITTING, Status.HELD, Status.FAILED, Status.CANCELLED, Status.SUPERSEDED}
    ),
    Status.SUBMITTING: frozenset({Status.QUEUED, Status.PROCESSING, Status.HELD, Status.FAILED}),
    Status.PROCESSING: frozenset({Status.COLLECTING, Status.HELD, Status.FAILED, Status.CANCELLED}),
    Status.COLLECTING: frozenset(
        {
            Status.PROCESSING,
            Status.READY,
            Status.HELD,  # what is paid for, people alone give up
            Status.CANCELLED,
            Status.SUPERSEDED,
        }
    ),
    Status.READY: frozenset({Status.APPLIED, Status.REJECTED, Status.HELD, Status.SUPERSEDED}),
    Status.HELD: frozenset(
        {
            Status.QUEUED,
            Status.SUBMITTING,
            Status.PROCESSING,
            Status.COLLECTING,
            Status.READY,
            Status.FAILED,
            Status.CANCELLED,
        }
    ),
    Status.APPLIED: frozenset({Status.RESTORING, Status.SUPERSEDED}),
    Status.RESTORING: frozenset({Status.RESTORED, Status.APPLIED}),
    Status.RESTORED: frozenset({Status.SUPERSEDED}),
    Status.REJECTED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.SUPERSEDED: frozenset(),
}


class Source(models.TextChoices):
    """How an image reaches Runflow (setting ``SOURCE``)."""

    AUTO = "auto"
    URL = "url"
    UPLOAD = "upload"


class DigitalSourceType(models.TextChoices):
    """What a published result says of how it was made, where Runflow's says nothing (IPTC)."""

    EDITED = "compositeWithTrainedAlgorithmicMedia"
    CREATED = "trainedAlgorithmicMedia"


class Workers(models.TextChoices):
    """Who takes the steps of a run (setting ``WORKERS``)."""

    THREAD = "thread"
    EMBEDDED = "embedded"
    CELERY = "celery"
    DJANGO = "django"
