"""How the queue stands: what is open, what waits for a person and why, whether steps are late.

A few queries over indexed columns; changes nothing and asks nobody outside.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Min

from django_product_isolation import site_clock
from django_product_isolation.choices import UNFINISHED_STATUSES, Status
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.models import AccountBalance, IsolationRun
from django_product_isolation.spending.budgets import spent_since

from .marketplaces import judgements_of

LATELY = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The queue at one moment."""

    open: dict[str, int]  # runs by status
    held: dict[str, int]  # runs that wait for a person, by reason id
    oldest: datetime | None  # when the oldest unfinished run was begun
    late: timedelta  # how long the step that is due longest has been waiting
    today: Decimal  # USD charged or reserved since midnight
    month: Decimal  # USD charged or reserved since the first of the month
    places: dict[
        str, dict[str, int]
    ]  # results of the last days by place, and how they stand with it
    balance: Decimal | None  # USD at Runflow, as last read
    balance_read_at: datetime | None


def overview() -> Overview:
    """Look at the queue, the spending and what is known of the account."""
    runs = IsolationRun.objects.order_by()
    counted = runs.open().values_list("status").annotate(Count("pk"))
    unfinished = runs.filter(status__in=UNFINISHED_STATUSES)
    held = runs.filter(status=Status.HELD).values_list("reason").annotate(Count("pk"))
    account = AccountBalance.known()
    now = site_clock.now()
    return Overview(
        open=dict(counted),
        held=dict(held),
        oldest=unfinished.aggregate(oldest=Min("batch__created_at"))["oldest"],
        late=lateness(),
        today=spent_since(site_clock.day_begins(site_clock.day_of(now))),
        month=spent_since(site_clock.month_begins(now)),
        places=by_place(),
        balance=account.amount if account else None,
        balance_read_at=account.read_at if account else None,
    )


def by_place() -> dict[str, dict[str, int]]:
    """How many results that were stored or published lately meet what each place asks for."""
    since = site_clock.now() - LATELY
    today = site_clock.today()
    shown = IsolationRun.objects.filter(
        status__in=(Status.READY, Status.APPLIED), status_since__gte=since
    ).exclude(batch__places=[])
    runs = shown.select_related("batch").only("batch__places", "published", "measures")
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for run in runs.order_by().iterator(chunk_size=2000):
        for judgement in judgements_of(run, today):
            found[judgement.place.id][judgement.meets.value] += 1
    return {place: dict(counts) for place, counts in sorted(found.items())}


def lateness() -> timedelta:
    """How long the step that is due longest has been waiting; zero when none is due. One query."""
    found = IsolationRun.objects.due().values_list("due_at", DatabaseNow()).first()
    if found is None:
        return timedelta()
    due_at, now = found
    late: timedelta = now - due_at
    return late
