"""Trying a step again: a bounded number of times, or as long as an outage lasts."""

from datetime import datetime

from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.fetching import FetchError
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import AccountRefused, RateLimited, RunflowError

from . import outages
from .account import describe, hold, pause_queue
from .outages import Place
from .restore_requests import leave_applied
from .timing import MANY_ATTEMPTS, MAX_ATTEMPTS, TROUBLE_HORIZON, backoff, seconds_from_now

ENDED = (Status.FAILED, Status.CANCELLED, Status.SUPERSEDED)


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
    A run whose result is published already is let go instead, and so is a restored one: there is
    nothing to decide; a restore goes back to where it was asked for. One that ended otherwise is
    tried again without limit: what it cost must become known.
    """
    if run.attempts < limit or run.status in ENDED:
        run.release_until(backoff(run.attempts), reason=reason, detail=detail)
    elif run.status in (Status.APPLIED, Status.RESTORED):
        run.record(RunEvent.Kind.PROBLEM, reason, detail, status=Status(run.status))
        run.finish()
    elif run.status == Status.RESTORING:
        leave_applied(run, Reason.NOT_PUT_BACK, detail)
    else:
        run.move_to(Status.HELD, reason=give_up or reason, detail=detail)


def put_off(
    run: IsolationRun,
    place: Place,
    error: RunflowError | FetchError,
    *,
    reason: Reason,
    give_up: Reason,
) -> None:
    """Have a step taken again that ``error`` ended, when that can help; else ask a person.

    ``reason`` is shown while waiting, ``give_up`` once a person is asked.
    """
    detail = error.code if isinstance(error, FetchError) else describe(error)
    if isinstance(error, AccountRefused):
        hold(run, error)
    elif isinstance(error, RateLimited):
        wait_as_asked(run, error, detail)
    elif error.can_retry:
        wait_out(run, place, error, reason, detail, give_up=give_up)
    else:
        retry(run, reason, detail, give_up=give_up)


def wait_out(
    run: IsolationRun,
    place: Place,
    error: RunflowError | FetchError,
    reason: Reason,
    detail: str,
    *,
    give_up: Reason,
) -> None:
    """Have the same step taken again once ``place`` answers: that passes by itself.

    Only what a run meets for days and hundreds of times has a person asked.
    """
    until = outages.meet(run, place, detail) or backoff(run.attempts)
    if error.retry_after is not None:
        until = max(until, seconds_from_now(error.retry_after))
    lasts = clock.now() - run.status_since > TROUBLE_HORIZON and run.attempts > MANY_ATTEMPTS
    if lasts and run.may_go_to(Status.HELD):
        run.move_to(Status.HELD, reason=give_up, detail=detail)
    else:
        run.release_until(until, reason=reason, detail=detail)


def wait_as_asked(run: IsolationRun, error: RateLimited, detail: str) -> None:
    """Leave Runflow alone for as long as it asks for; the queue does so, too."""
    pause = as_asked(run, error)
    if run.status == Status.QUEUED:
        pause_queue(pause)
    run.release_until(pause, reason=Reason.BUSY, detail=detail)


def as_asked(run: IsolationRun, error: RateLimited) -> datetime:
    """The moment until which Runflow asks to be left alone."""
    return (
        backoff(run.attempts) if error.retry_after is None else seconds_from_now(error.retry_after)
    )
