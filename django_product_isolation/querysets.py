"""Questions about runs and the claims on them, in the words of the design.

Every answer is one statement, so that it holds for all workers at once.
"""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Case, Count, F, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from .choices import OPEN_STATUSES, Status
from .reasons import Reason

if TYPE_CHECKING:
    from .models import IsolationRun

# Longer than the slowest step may take, so that a lease only runs out when its worker is gone.
LEASE = timedelta(minutes=5)

# By the database's clock, too: how far apart looks lie that prove more than one does.
LOOKS_APART = timedelta(minutes=5)
MAX_LOOKS = 100

# Ended here, while what became of them at Runflow, and what it cost, is not known yet.
UNSETTLED = Q(status__in=[Status.FAILED, Status.CANCELLED, Status.SUPERSEDED], cost=None) & (
    Q(due_at__isnull=False) | Q(runflow_run_id=None)
)


# Why a person is asked only because Runflow said nothing for too long.
WAITED_IN_VAIN = (Reason.TOO_LONG, Reason.RUN_MISSING, Reason.STILL_UNCONFIRMED)

USD = models.DecimalField(max_digits=12, decimal_places=4)
NOTHING = Value(Decimal(0), output_field=USD)

# Runs whose cost is not known and may be more than nothing. The others are not even looked at.
COSTS_YET = Q(cost=None) & ~Q(status=Status.FAILED)
# What they may cost: nothing where they ended before they were sent.
MAY_COST = Case(
    When(
        ~Q(status__in=OPEN_STATUSES) & Q(runflow_run_id=None, due_at=None),
        then=NOTHING,
    ),
    default=F("batch__unit_price"),
    output_field=USD,
)


class RunQuerySet(models.QuerySet["IsolationRun"]):
    """All runs, or some of them."""

    def open(self) -> "RunQuerySet":
        return self.filter(status__in=OPEN_STATUSES)

    def due(self) -> "RunQuerySet":
        """Runs that want attention and that nobody holds, longest waiting first."""
        # Leases by the database's clock, which all workers share: one whose own clock is fast
        # must not take a run out of the hands of another.
        free = Q(lease_until=None) | Q(lease_until__lte=Now())
        return self.filter(free, due_at__lte=timezone.now()).order_by("due_at")

    def claim(self, pk: uuid.UUID) -> "IsolationRun | None":
        """Lease a due run to the caller; None when it is not due or another one was faster.

        The run's ``taken_over`` says whether its last worker never gave the lease back.
        """
        owner, due = uuid.uuid4(), self.due().order_by().filter(pk=pk)
        lease = {"lease_owner": owner, "lease_until": Now() + LEASE, "attempts": F("attempts") + 1}
        untouched = due.filter(lease_owner=None).update(**lease)
        if not untouched and not due.update(**lease):
            return None
        run = self.select_related("batch__created_by").filter(pk=pk, lease_owner=owner).first()
        if run is not None:
            run.taken_over = not untouched
        return run

    def count_look(self, pk: uuid.UUID) -> None:
        """Note that Runflow has answered what became of a run; looks too close count as one."""
        apart = Q(looked_at=None) | Q(looked_at__lte=Now() - LOOKS_APART)
        look = {"answered_looks": F("answered_looks") + 1, "looked_at": Now()}
        self.filter(apart, pk=pk, answered_looks__lt=MAX_LOOKS).update(**look)

    def wake(self, pk: uuid.UUID) -> bool:
        """Have a run that waits for Runflow looked at now; True when there was one."""
        waiting = Q(status__in=[Status.SUBMITTING, Status.PROCESSING]) | UNSETTLED
        waiting |= Q(status=Status.HELD, reason__in=WAITED_IN_VAIN)
        return bool(self.filter(waiting, pk=pk).update(due_at=timezone.now()))

    def spending_since(self, moment: datetime) -> Decimal:
        """USD charged for or reserved by the runs of batches created since ``moment``."""
        recent = self.filter(batch__created_at__gte=moment).order_by()
        charged = recent.values(one=Value(1)).annotate(total=Sum("cost")).values("total")
        total = Coalesce(Sum(MAY_COST), NOTHING) + Coalesce(Subquery(charged), NOTHING)
        spent: Decimal = recent.filter(COSTS_YET).aggregate(total=total)["total"]
        return spent

    def charged_by_batch(self) -> "models.QuerySet[IsolationRun, tuple[uuid.UUID, str, int, Any]]":
        """Of each batch and status: how many runs, and USD charged for them (None for none)."""
        grouped = self.order_by().values_list("batch_id", "status")
        return grouped.annotate(runs=Count("*"), charged=Sum("cost"))

    def may_cost_by_batch(self) -> "models.QuerySet[IsolationRun, tuple[uuid.UUID, str, Decimal]]":
        """Of each batch and status: USD that its runs without a cost may cost yet, if any."""
        grouped = self.filter(COSTS_YET).order_by().values_list("batch_id", "status")
        return grouped.annotate(may_cost=Sum(MAY_COST))
