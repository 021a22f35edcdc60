"""What may still be spent: the budgets of the day and of the month, and keeping them.

Counts what was charged and what is reserved, in the database alone. A day begins at midnight where
the site is, whoever orders, also where clocks are set forward or back just then.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from django_product_isolation import site_clock
from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationBatch, IsolationRun, SpendingLock

PRECISION = Decimal("0.0001")  # of our columns; SQLite adds up in floating point


class BudgetExceeded(Exception):
    """The batch would cost more than is left of a budget; nothing was begun."""

    def __init__(self, total: Decimal, left: Decimal) -> None:
        super().__init__(f"total={total} left={left}")
        self.total, self.left = total, left


@dataclass(frozen=True)
class Budget:
    """A limit in USD for what is begun since a moment."""

    limit: Decimal
    since: datetime

    def used(self) -> Decimal:
        """USD charged or reserved; one query."""
        return spent_since(self.since).quantize(PRECISION)

    def left(self) -> Decimal:
        """USD, never below zero; one query."""
        return max(self.limit - self.used(), Decimal(0))


def spent_since(moment: datetime) -> Decimal:
    """USD charged or reserved for what was begun since ``moment``; one query.

    In the sandbox what it pretends to charge, else money: what a trial seemed to cost says nothing
    about the shop's.
    """
    is_sandbox = get_settings().is_sandbox
    return IsolationRun.objects.spending_since(moment, is_sandbox=is_sandbox)


def budgets(at: datetime | None = None) -> dict[str, Budget]:
    """Those that are set, under "day" and "month", as of a moment (by default now)."""
    settings, at = get_settings(), at or site_clock.now()
    limits = {
        "day": (settings.daily_budget, site_clock.day_begins(site_clock.day_of(at))),
        "month": (settings.monthly_budget, site_clock.month_begins(at)),
    }
    return {
        name: Budget(limit, since) for name, (limit, since) in limits.items() if limit is not None
    }


def budgets_left() -> dict[str, Decimal]:
    """USD left of each budget that is set; one query for each."""
    return {name: budget.left() for name, budget in budgets().items()}


def reserve(total: Decimal, *, at: datetime) -> None:
    """Make sure that ``total`` USD fit into the budgets of a moment; raises BudgetExceeded.

    The caller holds the spending lock, so that no two count the same money.
    """
    limits = budgets(at).values()
    if not limits:
        return
    unseen = unseen_since(min(budget.since for budget in limits))
    left = max(min(budget.left() for budget in limits) - unseen, Decimal(0))
    if total > left:
        raise BudgetExceeded(total, left)


def take_spending_lock() -> None:
    """Where there is a budget, wait for every other click, and have those to come wait for this.

    The UPDATE is the lock: it lasts until the transaction ends, on every database.
    """
    if not budgets():
        return
    lock = SpendingLock.objects.filter(pk=1)
    if not lock.update(taken_at=site_clock.now()):
        # Whoever is second with the very first row has to take it as well.
        SpendingLock.objects.bulk_create([SpendingLock(pk=1)], ignore_conflicts=True)
        lock.update(taken_at=site_clock.now())


def unseen_since(since: datetime) -> Decimal:
    """USD reserved by batches that this transaction does not see, though they are committed.

    MySQL and MariaDB at REPEATABLE READ go on reading what was there when a transaction first
    read, also after they waited for the lock: within the host's own transaction the sums are
    those of before. Only reads that lock see what is there now. The others either see it
    (READ COMMITTED) or refuse the UPDATE of the lock (PostgreSQL's and SQLite's snapshots).
    """
    alias = router.db_for_write(IsolationRun)
    database: BaseDatabaseWrapper = transaction.get_connection(alias)
    if database.vendor != "mysql":
        return Decimal(0)
    counted = {"created_at__gte": since, "is_sandbox": get_settings().is_sandbox}
    batches = IsolationBatch.objects.using(alias).filter(**counted).order_by()
    prices = dict(batches.select_for_update().values_list("pk", "unit_price"))
    unseen = prices.keys() - set(batches.values_list("pk", flat=True))
    runs = IsolationRun.objects.using(alias).filter(batch__in=unseen).order_by()
    rows = runs.select_for_update().values_list("batch_id", "cost") if unseen else ()
    return sum((prices[pk] if cost is None else cost for pk, cost in rows), Decimal(0))
