"""What may still be spent: the budgets of the day and of the month, and keeping them.

Counts what was charged and what is reserved, in the database alone.
"""

from datetime import datetime
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


def budgets() -> dict[str, tuple[Decimal, datetime]]:
    """USD that may be begun since when, under "day" and "month"; only those that are set."""
    settings, today = get_settings(), midnight()
    limits = {
        "day": (settings.daily_budget, today),
        "month": (settings.monthly_budget, today.replace(day=1)),
    }
    return {name: (limit, since) for name, (limit, since) in limits.items() if limit is not None}


def budgets_left() -> dict[str, Decimal]:
    """USD left of each budget that is set, never below zero; one query for each."""
    left = {
        name: limit - IsolationRun.objects.spending_since(since).quantize(PRECISION)
        for name, (limit, since) in budgets().items()
    }
    return {name: max(amount, Decimal(0)) for name, amount in left.items()}


def midnight() -> datetime:
    """The beginning of today, where the shop is."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def take_spending_lock() -> None:
    """Wait for every other click under a budget, and have those to come wait for this one."""
    lock = SpendingLock.objects.filter(pk=1)
    if not lock.update(taken_at=timezone.now()):
        # Whoever is second with the very first row has to take it as well.
        SpendingLock.objects.bulk_create([SpendingLock(pk=1)], ignore_conflicts=True)
        lock.update(taken_at=timezone.now())
