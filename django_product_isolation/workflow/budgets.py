"""What may still be spent: the budgets of the day and of the month, and keeping them.

Counts what was charged and what is reserved, in the database alone. A day begins at midnight in
the current time zone, also where clocks are set forward or back just then.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from django.utils import timezone

from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationRun, SpendingLock

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
        return IsolationRun.objects.spending_since(self.since).quantize(PRECISION)

    def left(self) -> Decimal:
        """USD, never below zero; one query."""
        return max(self.limit - self.used(), Decimal(0))


def budgets() -> dict[str, Budget]:
    """Those that are set, under "day" and "month"."""
    settings, today = get_settings(), timezone.localdate()
    limits = {
        "day": (settings.daily_budget, today),
        "month": (settings.monthly_budget, today.replace(day=1)),
    }
    return {
        name: Budget(limit, day_begins(since))
        for name, (limit, since) in limits.items()
        if limit is not None
    }


def day_begins(day: date) -> datetime:
    """The first moment of a day in the current time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def budgets_left() -> dict[str, Decimal]:
    """USD left of each budget that is set; one query for each."""
    return {name: budget.left() for name, budget in budgets().items()}


def reserve(total: Decimal) -> None:
    """Make sure that ``total`` USD fit into the budgets; raises BudgetExceeded.

    The UPDATE makes concurrent clicks wait for one another, so that no two count the same money.
    """
    if not budgets():
        return
    take_spending_lock()
    left = min(budgets_left().values())
    if total > left:
        raise BudgetExceeded(total, left)


def take_spending_lock() -> None:
    """Wait for every other click under a budget, and have those to come wait for this one."""
    lock = SpendingLock.objects.filter(pk=1)
    if not lock.update(taken_at=timezone.now()):
        # Whoever is second with the very first row has to take it as well.
        SpendingLock.objects.bulk_create([SpendingLock(pk=1)], ignore_conflicts=True)
        lock.update(taken_at=timezone.now())
