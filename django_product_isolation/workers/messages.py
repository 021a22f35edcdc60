"""Taking a step for somebody who carries a message about one run."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from django.db import DatabaseError

from django_product_isolation import workflow
from django_product_isolation.database import clock
from django_product_isolation.database.transactions import summary
from django_product_isolation.models import IsolationRun

from .outage_log import OutageLog
from .tenant_turns import within

# Beyond this the sweep finds the run: brokers hold long countdowns badly.
MAX_COUNTDOWN = 300.0

# How many messages one click or sweep has in a queue at a time: whoever comes next, such as
# another tenant with one image, waits for no more than these.
SPREAD = 20

database_outage = OutageLog("worker_without_database")


@contextmanager
def database_may_be_away() -> Iterator[None]:
    """End the block without an error where there is no database; the log says so once."""
    try:
        yield
    except DatabaseError as error:
        database_outage.goes_on(summary(error))
    else:
        database_outage.is_over()


def seconds_after_step(run_id: str, tenant: str) -> float | None:
    """Take one step of a tenant's run; how many seconds later it wants attention again.

    None when there was no step to take, or nothing more is to be done, or not soon, and while there
    is no database to ask.
    """
    with database_may_be_away():
        return within(tenant, partial(_seconds_after_step, run_id))
    return None


def _seconds_after_step(run_id: str) -> float | None:
    if not workflow.work_on(uuid.UUID(run_id)):
        return None
    runs = IsolationRun.objects.filter(pk=run_id)
    due_at: datetime | None = runs.values_list("due_at", flat=True).first()
    if due_at is None:
        return None
    seconds = max((due_at - clock.now()).total_seconds(), 0.0)
    return seconds if seconds <= MAX_COUNTDOWN else None


def spread(
    publish: Callable[..., bool], one: Any, several: Any, run_ids: list[str], tenant: str
) -> None:
    """Have task ``one`` published for the first runs, and ``several`` for the rest of them."""
    for run_id in run_ids[:SPREAD]:
        if not publish(one, run_id, tenant):
            return
    if rest := run_ids[SPREAD:]:
        publish(several, rest, tenant)
