"""Questions about runs and the claims on them, in the words of the design.

Every answer is one statement, so that it holds for all workers at once.
"""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Case, Count, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from .choices import OPEN_STATUSES, Status

if TYPE_CHECKING:
    from .models import IsolationRun

# Longer than the slowest step may take, so that a lease only runs out when its worker is gone.
LEASE = timedelta(minutes=5)

# Ended here, while what became of them at Runflow, and what it cost, is not known yet.
UNSETTLED = Q(status__in=[Status.FAILED, Status.CANCELLED], cost=None) & (
    Q(due_at__isnull=False) | Q(runflow_run_id=None)
)


USD = models.DecimalField(max_digits=12, decimal_places=4)
NOTHING = Value(Decimal(0), output_field=USD)

# What a run whose cost is not known may cost: nothing that failed, or ended before it was sent.
MAY_COST = Case(
    When(status=Status.FAILED, then=NOTHING),
    When(~Q(status__in=OPEN_STATUSES) & Q(runflow_run_id=None, due_at=None), then=NOTHING),
    default=F("batch__unit_price"),
    output_field=USD,
)

# Batch, status, number of runs, USD charged (None for none), USD that they may cost yet.
SpendingRow = tuple[uuid.UUID, str, int, Decimal | None, Decimal]


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

    def wake(self, pk: uuid.UUID) -> bool:
        """Have a run that waits for Runflow looked at now; True when there was one."""
        waiting = Q(status__in=[Status.SUBMITTING, Status.PROCESSING]) | UNSETTLED
        return bool(self.filter(waiting, pk=pk).update(due_at=timezone.now()))

    def spending_since(self, moment: datetime) -> Decimal:
        """USD charged for or reserved by the runs of batches created since ``moment``."""
        amount = Case(When(cost=None, then=MAY_COST), default=F("cost"), output_field=USD)
        recent = self.filter(batch__created_at__gte=moment)
        total: Decimal = recent.aggregate(total=Coalesce(Sum(amount), Value(Decimal(0))))["total"]
        return total

    def spending_by_batch(self) -> "models.QuerySet[IsolationRun, SpendingRow]":
        """Of each batch and status: how many runs, USD charged, USD they may cost yet."""
        may_cost = Case(When(cost=None, then=MAY_COST), default=NOTHING, output_field=USD)
        grouped = self.order_by().values_list("batch_id", "status")
        return grouped.annotate(runs=Count("pk"), charged=Sum("cost"), may_cost=Sum(may_cost))
