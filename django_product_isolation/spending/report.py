"""What was spent, by the day of the click: the same sums as the budgets count.

Asks the database only, in the same few queries for any period.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import CharField, ExpressionWrapper, F, QuerySet

from django_product_isolation import site_clock
from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.models.querysets import RunQuerySet

from .budgets import PRECISION

ONE_DAY = timedelta(days=1)


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
        return site_clock.day_begins(self.first)

    @property
    def ends(self) -> datetime:
        """The first moment that is not in it any more."""
        return site_clock.day_begins(self.last + ONE_DAY)

    def batches(self) -> QuerySet[IsolationBatch]:
        """The batches that were begun within the period: in the sandbox its own, else those that
        cost money."""
        within = {"created_at__gte": self.begins, "created_at__lt": self.ends}
        is_sandbox = get_settings().is_sandbox
        return IsolationBatch.objects.filter(**within, is_sandbox=is_sandbox).order_by()

    def runs(self) -> RunQuerySet:
        """The runs of these batches."""
        return IsolationRun.objects.filter(batch__in=self.batches())

    def has_more_runs_than(self, number: int) -> bool:
        """Found without counting them all."""
        return self.runs().order_by()[number : number + 1].exists()


@dataclass(slots=True)
class Amount:
    """A number of runs, USD charged for them, and USD that those not charged yet may cost."""

    runs: int = 0
    charged: Decimal = Decimal(0)
    may_cost: Decimal = Decimal(0)

    def add(self, runs: int, charged: Decimal, may_cost: Decimal) -> None:
        self.runs += runs
        self.charged += charged
        self.may_cost += may_cost

    def round(self) -> None:
        """To the precision of our columns: SQLite adds up in floating point."""
        self.charged = self.charged.quantize(PRECISION)
        self.may_cost = self.may_cost.quantize(PRECISION)


def amounts() -> Any:
    return defaultdict(Amount)


@dataclass(frozen=True)
class Spending:
    """Amounts of one period. A person is a user's key, None for nobody that is known."""

    total: Amount = field(default_factory=Amount)
    by_day: dict[date, Amount] = field(default_factory=amounts)
    by_person: dict[Any, Amount] = field(default_factory=amounts)
    by_model: dict[str, Amount] = field(default_factory=amounts)
    by_status: dict[str, Amount] = field(default_factory=amounts)

    @property
    def all(self) -> Iterator[Amount]:
        yield self.total
        for kind in (self.by_day, self.by_person, self.by_model, self.by_status):
            yield from kind.values()


def spending(period: Period) -> Spending:
    """What the runs of a period cost, and may cost yet; three queries.

    The day is found here rather than in the database: not every one knows of time zones.
    """
    spent = Spending()
    by_batch: dict[Any, Amount] = defaultdict(Amount)
    columns = ("created_at", "created_by_id", "model_label")
    known = period.batches().values_list(as_stored("pk"), *columns)
    batches = {key: of_batch for key, *of_batch in known}
    for pk, status, amount in amounts_by_batch(period):
        if pk in batches:  # else it was begun since
            by_batch[pk].add(*amount)
            spent.by_status[status].add(*amount)
    for pk, sums in by_batch.items():
        created_at, person, model = batches[pk]
        day = spent.by_day[site_clock.day_of(created_at)]
        for share in (spent.total, day, spent.by_person[person], spent.by_model[model]):
            share.add(sums.runs, sums.charged, sums.may_cost)
    for share in spent.all:
        share.round()
    return spent


def amounts_by_batch(period: Period) -> Iterator[tuple[Any, str, tuple[int, Decimal, Decimal]]]:
    """The batch's key as it is stored, status, and what to add for them."""
    nothing = Decimal(0)
    runs = period.runs().annotate(stored_key=as_stored("batch_id"))
    for key, status, count, charged in runs.charged_by_batch("stored_key"):
        yield key, status, (count, charged or nothing, nothing)
    for key, status, may_cost in runs.may_cost_by_batch("stored_key"):
        yield key, status, (0, nothing, may_cost)


def as_stored(column: str) -> "ExpressionWrapper[Any]":
    """A key that is only compared: of thousands, no UUID is made where the database has none."""
    return ExpressionWrapper(F(column), output_field=CharField())
