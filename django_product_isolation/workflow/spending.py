"""What was spent, by the day of the click: the same sums as the budgets count.

Asks the database only, in the same few queries for any period. A day begins at midnight in the
current time zone, also where clocks are set forward or back just then.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeVar
from uuid import UUID

from django.utils import timezone

from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.querysets import RunQuerySet

ONE_DAY = timedelta(days=1)
PRECISION = Decimal("0.0001")  # of our columns; SQLite adds up in floating point
Key = TypeVar("Key", bound=Hashable)


def day_begins(day: date) -> datetime:
    """The first moment of a day in the current time zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Period:
    """Whole days, from the first to the last."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + n * ONE_DAY for n in range((self.last - self.first).days + 1)]

    @property
    def begins(self) -> datetime:
        return day_begins(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment that is not in it any more."""
        return day_begins(self.last + ONE_DAY)

    def runs(self) -> RunQuerySet:
        """The runs of the batches that were begun within the period."""
        within = {"batch__created_at__gte": self.begins, "batch__created_at__lt": self.ends}
        return IsolationRun.objects.filter(**within)


@dataclass(frozen=True)
class Amount:
    """A number of runs, USD charged for them, and USD that those not charged yet may cost."""

    runs: int = 0
    charged: Decimal = Decimal(0)
    may_cost: Decimal = Decimal(0)

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(
            self.runs + other.runs, self.charged + other.charged, self.may_cost + other.may_cost
        )


class About(NamedTuple):
    """What an amount is about; ``person`` is a user's key, None for nobody that is known."""

    day: date
    person: int | str | UUID | None
    model: str
    status: str


@dataclass(frozen=True)
class Spending:
    """Amounts of one period."""

    amounts: Mapping[About, Amount]

    @property
    def total(self) -> Amount:
        return sum(self.amounts.values(), Amount())

    def by(self, key: Callable[[About], Key]) -> dict[Key, Amount]:
        """Added up by what ``key`` takes of each."""
        found: dict[Key, Amount] = {}
        for about, amount in self.amounts.items():
            found[key(about)] = found.get(key(about), Amount()) + amount
        return found


def spending(period: Period) -> Spending:
    """What the runs of a period cost, and may cost yet; two queries."""
    amounts: dict[About, Amount] = {}
    for about, amount in rows(period):
        amounts[about] = amounts.get(about, Amount()) + amount
    return Spending(amounts)


def rows(period: Period) -> Iterator[tuple[About, Amount]]:
    """One for each batch and status. The day is found here: databases disagree about zones."""
    within = {"created_at__gte": period.begins, "created_at__lt": period.ends}
    batches = IsolationBatch.objects.filter(**within).order_by()
    known = {
        pk: (timezone.localdate(created_at), person, model)
        for pk, created_at, person, model in batches.values_list(
            "pk", "created_at", "created_by_id", "model_label"
        )
    }
    for pk, status, runs, charged, may_cost in period.runs().spending_by_batch():
        if pk in known:
            amount = Amount(runs, in_full(charged), in_full(may_cost))
            yield About(*known[pk], status), amount


def in_full(amount: Decimal | None) -> Decimal:
    return Decimal(0) if amount is None else amount.quantize(PRECISION)


@dataclass(frozen=True)
class Budget:
    """A limit in USD for the batches begun since a moment, or none."""

    limit: Decimal | None
    since: datetime

    def used(self) -> Decimal:
        """USD charged or reserved; one query."""
        return IsolationRun.objects.spending_since(self.since).quantize(PRECISION)


def daily_budget() -> Budget:
    """Today's."""
    return Budget(get_settings().daily_budget, day_begins(timezone.localdate()))


def monthly_budget() -> Budget:
    """That of this calendar month."""
    today = timezone.localdate()
    return Budget(get_settings().monthly_budget, day_begins(today.replace(day=1)))
