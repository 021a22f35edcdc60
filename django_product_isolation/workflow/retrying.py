"""Trying a step again, a bounded number of times or for a while, then asking a person."""

from datetime import timedelta

from django_product_isolation import database_clock
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason

from .timing import MAX_ATTEMPTS, backoff


def retry(
    run: IsolationRun,
    reason: Reason,
    detail: str = "",
    *,
    give_up: Reason | None = None,
    limit: int = MAX_ATTEMPTS,
) -> None:
    """Have the same step taken again later; after ``limit`` attempts hold the run.

    ``reason`` is shown while waiting, ``give_up`` (by default the same) once a person is asked.
    A run whose result is published already is let go instead: there is nothing to decide. One
    that ended otherwise is tried again without limit: what it cost must become known.
    """
    if run.attempts < limit or run.status in (Status.FAILED, Status.CANCELLED):
        run.wait(backoff(run.attempts), reason=reason, detail=detail)
    elif run.status == Status.APPLIED:
        run.record(RunEvent.Kind.PROBLEM, reason, detail, status=Status.APPLIED)
        run.rest()
    else:
        run.move_to(Status.HELD, reason=give_up or reason, detail=detail)


def retry_for(
    run: IsolationRun, horizon: timedelta, reason: Reason, detail: str, *, give_up: Reason
) -> None:
    """Have the same step taken again later; hold a run that is longer than ``horizon`` at it."""
    if database_clock.now() - run.status_since > horizon:
        run.move_to(Status.HELD, reason=give_up, detail=detail)
    else:
        run.wait(backoff(run.attempts), reason=reason, detail=detail)
