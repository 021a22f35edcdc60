"""Questions about runs and the claims on them, in the words of the design.

Every answer is one statement, so that it holds for all workers at once.
"""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, models
from django.db.models import Count, F, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from django_product_isolation.choices import OPEN_STATUSES, UNFINISHED_STATUSES, Status
from django_product_isolation.database import clock
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.database.transactions import is_transient, retry_on_conflict
from django_product_isolation.host import get_targets
from django_product_isolation.reasons import Reason

if TYPE_CHECKING:
    from django_product_isolation.host import Target

    from . import IsolationRun

# Renewed while its step lasts, so that a lease only runs out when its worker is gone.
LEASE = timedelta(seconds=60)

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

# Runs whose cost is not known, and that cost nothing: they failed at Runflow, or ended here before
# Runflow had accepted them. Of one that a person stopped that is known only once nobody asks any
# more what became of it.
SURELY_FREE = Q(cost=None) & (
    Q(status=Status.FAILED, reason=Reason.RUN_FAILED)
    | Q(status=Status.CANCELLED, runflow_run_id=None, due_at=None)
    | Q(status__in=set(Status) - UNFINISHED_STATUSES - {Status.CANCELLED}, runflow_run_id=None)
)
# Those that may cost their price yet.
MAY_COST = Q(cost=None) & ~SURELY_FREE


class RunQuerySet(models.QuerySet["IsolationRun"]):
    """All runs, or some of them."""

    def about(self, target: "Target") -> "RunQuerySet":
        """Those of that image column, whichever of the shop's models they were ordered through."""
        return self.filter(image_column=target.column_number)

    def about_no_other(self, target: "Target") -> "RunQuerySet":
        """Those of that image column and of columns that ``IMAGES`` does not name, which may be
        the same column under an earlier name."""
        others = {other.column_number for other in get_targets().values()} - {target.column_number}
        return self.exclude(image_column__in=others)

    def about_none(self) -> "RunQuerySet":
        """Those of columns that ``IMAGES`` does not name: taken out of it, or renamed."""
        known = {target.column_number for target in get_targets().values()}
        return self.exclude(image_column__in=known)

    def open(self) -> "RunQuerySet":
        return self.filter(status__in=OPEN_STATUSES)

    def due(self) -> "RunQuerySet":
        """Runs that want attention and that nobody holds, longest waiting first."""
        # By the database's clock, which all workers share: one whose own clock is fast must
        # neither take a run out of the hands of another, nor one before its time.
        free = Q(lease_until=None) | Q(lease_until__lte=DatabaseNow())
        return self.filter(free, due_at__lte=DatabaseNow()).order_by("due_at")

    def claim(self, pk: uuid.UUID) -> "IsolationRun | None":
        """Lease a due run to the caller; None when it is not due or another one was faster.

        The run's ``reclaimed`` says whether its last worker never gave the lease back.
        """
        owner = uuid.uuid4()
        try:
            untouched = self._lease(pk, owner, Q(lease_owner=None))
            # Of the others only: one that comes due in between is nobody's.
            if not untouched and not self._lease(pk, owner, ~Q(lease_owner=None)):
                return None
            run = self._leased(pk, owner)
        except OperationalError as error:
            if is_transient(error):  # at a stricter isolation: somebody else is at it
                return None
            raise
        if run is not None:
            run.reclaimed = not untouched
        return run

    @retry_on_conflict
    def _lease(self, pk: uuid.UUID, owner: uuid.UUID, whose: Q) -> int:
        return (
            self.due()
            .order_by()
            .filter(whose, pk=pk)
            .update(
                lease_owner=owner,
                lease_until=DatabaseNow(LEASE.total_seconds()),
                attempts=F("attempts") + 1,
            )
        )

    @retry_on_conflict
    def _leased(self, pk: uuid.UUID, owner: uuid.UUID) -> "IsolationRun | None":
        known = self.select_related("batch").annotate(read_at=DatabaseNow())
        run = next(iter(known.filter(pk=pk, lease_owner=owner)), None)
        if run is not None:
            clock.seen(run.read_at)  # type: ignore[attr-defined]
        return run

    def renew(self, pk: uuid.UUID, owner: uuid.UUID) -> bool:
        """Have a lease run for its full time again; False when somebody else has it."""
        lease_until = DatabaseNow(LEASE.total_seconds())
        return bool(self.filter(pk=pk, lease_owner=owner).update(lease_until=lease_until))

    def give_back(self, pk: uuid.UUID, owner: uuid.UUID, *, worker_deaths: int) -> bool:
        """End a lease as if it had never been; False when somebody else has it."""
        free: dict[str, Any] = {
            "lease_owner": None,
            "lease_until": None,
            "worker_deaths": worker_deaths,
        }
        leased = self.filter(pk=pk, lease_owner=owner)
        return bool(leased.update(attempts=F("attempts") - 1, **free))

    def lose(self, pk: uuid.UUID, owner: uuid.UUID, *, worker_deaths: int, rest: float) -> bool:
        """Let a lease run out whose step hangs, as that step's so manieth death, and have the run
        looked at again ``rest`` seconds later; False when somebody else has it."""
        later = {"worker_deaths": worker_deaths, "due_at": DatabaseNow(rest)}
        return bool(self.filter(pk=pk, lease_owner=owner).update(**later))

    def count_look(self, pk: uuid.UUID) -> None:
        """Note that Runflow has answered what became of a run; looks too close count as one."""
        apart = Q(looked_at=None) | Q(looked_at__lte=DatabaseNow(-LOOKS_APART.total_seconds()))
        look = {"answered_looks": F("answered_looks") + 1, "looked_at": DatabaseNow()}
        self.filter(apart, pk=pk, answered_looks__lt=MAX_LOOKS).update(**look)

    def call_back(self, pk: uuid.UUID, runflow_run_id: str) -> bool:
        """Note that Runflow called back about the run that it has told us of, which waits for it,
        and have that looked at now; True when there was one."""
        waiting = {"status__in": [Status.SUBMITTING, Status.PROCESSING]}
        waits = self.filter(pk=pk, runflow_run_id=runflow_run_id, **waiting)
        return bool(waits.update(due_at=DatabaseNow(), called_back_at=DatabaseNow()))

    def wake(self, pk: uuid.UUID) -> bool:
        """Note that Runflow called back about a run that waits for it, and have that looked at now;
        True when there was one."""
        waiting = Q(status__in=[Status.SUBMITTING, Status.PROCESSING]) | UNSETTLED
        waiting |= Q(status=Status.HELD, reason__in=WAITED_IN_VAIN)
        now = {"due_at": DatabaseNow(), "called_back_at": DatabaseNow()}
        return bool(self.filter(waiting, pk=pk).update(**now))

    def spending_since(self, moment: datetime, *, is_sandbox: bool = False) -> Decimal:
        """USD charged for or reserved by the runs of batches created since ``moment``: of those
        ordered in the sandbox, or of those that cost money."""
        since = {"batch__created_at__gte": moment, "batch__is_sandbox": is_sandbox}
        recent = self.filter(**since).order_by()
        charged = recent.values(one=Value(1)).annotate(total=Sum("cost")).values("total")
        reserved = Coalesce(Sum("batch__unit_price"), NOTHING, output_field=USD)
        total = reserved + Coalesce(Subquery(charged), NOTHING)
        spent: Decimal = recent.that_may_cost().aggregate(total=total)["total"]
        return spent

    def charged_by_batch(
        self, key: str = "batch_id"
    ) -> "models.QuerySet[IsolationRun, tuple[Any, str, int, Any]]":
        """Of each batch and status: how many runs, and USD charged for them (None for none)."""
        grouped = self.order_by().values_list(key, "status")
        return grouped.annotate(runs=Count("*"), charged=Sum("cost"))

    def that_may_cost(self) -> "RunQuerySet":
        """Those that may cost their price yet."""
        return self.filter(MAY_COST)

    def may_cost_by_batch(
        self, key: str = "batch_id"
    ) -> "models.QuerySet[IsolationRun, tuple[Any, str, Decimal]]":
        """Of each batch and status: USD that its runs without a cost may cost yet, if any."""
        grouped = self.that_may_cost().order_by().values_list(key, "status")
        return grouped.annotate(may_cost=Sum("batch__unit_price"))
