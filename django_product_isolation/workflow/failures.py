"""What becomes of a run whose step failed: it waits, goes back to the queue, is held or ends.

Decides for each answer of Runflow's (429, 402, none at all ...) what waits how long, and when a
person is asked after all.
"""

from datetime import datetime
from typing import Any, TypeAlias

from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.fetching import FetchError
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    AccountRefused,
    NotFound,
    NotReached,
    RateLimited,
    Refused,
    RunflowError,
)
from django_product_isolation.spending.balance import read_balance

from . import runflow_outages
from .outcomes import PutOff, Retry
from .queue import hold_queue, pause_queue
from .restore_requests import leave_applied
from .runflow_outages import Service
from .timing import MANY_ATTEMPTS, TROUBLE_HORIZON, backoff, seconds_from_now

ENDED = (Status.FAILED, Status.CANCELLED, Status.SUPERSEDED)
Failure: TypeAlias = RunflowError | FetchError


def retry(run: IsolationRun, outcome: Retry) -> None:
    """Have the same step taken again later; after ``limit`` attempts hold the run.

    A run whose result is published already is let go instead, and so is a restored one: there is
    nothing to decide; a restore goes back to where it was asked for. One that ended otherwise is
    tried again without limit: what it cost must become known.
    """
    reason, detail = outcome.reason, outcome.detail
    if run.attempts < outcome.limit or run.status in ENDED:
        run.release_until(backoff(run.attempts), reason=reason, detail=detail)
    elif run.status in (Status.APPLIED, Status.RESTORED):
        run.record(RunEvent.Kind.PROBLEM, reason, detail, status=Status(run.status))
        run.finish()
    elif run.status == Status.RESTORING:
        leave_applied(run, Reason.NOT_PUT_BACK, detail)
    else:
        run.move_to(Status.HELD, reason=outcome.give_up or reason, detail=detail)


def put_off(run: IsolationRun, outcome: PutOff) -> None:
    """Have a step taken again that an error ended, when that can help; else ask a person."""
    error, detail = outcome.error, words_of(outcome.error)
    if isinstance(error, AccountRefused):
        hold_account(run, error)
    elif isinstance(error, RateLimited):
        until = as_asked(run, error)
        if run.status == Status.QUEUED:
            pause_queue(until)
        run.release_until(until, reason=Reason.BUSY, detail=detail)
    elif error.can_retry:
        wait_out(run, outcome)
    else:
        retry(run, Retry(outcome.reason, detail, outcome.give_up))


def wait_out(run: IsolationRun, outcome: PutOff) -> None:
    """Have the same step taken again once the service answers: that passes by itself.

    Only what a run meets for days and hundreds of times has a person asked.
    """
    error, detail = outcome.error, words_of(outcome.error)
    until = runflow_outages.meet(run, outcome.service, detail) or backoff(run.attempts)
    if error.retry_after is not None:
        until = max(until, seconds_from_now(error.retry_after))
    lasts = clock.now() - run.status_since > TROUBLE_HORIZON and run.attempts > MANY_ATTEMPTS
    if lasts and run.may_go_to(Status.HELD):
        run.move_to(Status.HELD, reason=outcome.give_up, detail=detail)
    else:
        run.release_until(until, reason=outcome.reason, detail=detail)


def back_to_queue(run: IsolationRun, error: RunflowError, sent_with: str) -> None:
    """Record a request that provably was not accepted.

    An account that refuses us has none of it: it was sent with what it was sent before, if at all.
    """
    detail = str(error)
    if isinstance(error, Refused):
        runflow_outages.answered(run, Service.ORDERS)
    if isinstance(error, AccountRefused):
        hold_account(run, error, resume_at=Status.QUEUED, sent_with=sent_with)
    elif isinstance(error, RateLimited):
        until = as_asked(run, error)
        requeue(run, Reason.BUSY, detail, until)
        pause_queue(until)
    elif isinstance(error, NotReached):
        until = runflow_outages.meet(run, Service.RUNFLOW, detail) or backoff(run.attempts)
        requeue(run, Reason.NOT_REACHED, detail, until)
    else:
        run.move_to(Status.FAILED, reason=Reason.REQUEST_REFUSED, detail=detail)
        if isinstance(error, NotFound):
            hold_queue(Reason.REQUEST_REFUSED)


def requeue(run: IsolationRun, reason: Reason, detail: str, due_at: datetime) -> None:
    run.move_to(Status.QUEUED, reason=reason, detail=detail, due_at=due_at, attempts=run.attempts)


def hold_account(
    run: IsolationRun,
    error: AccountRefused,
    *,
    resume_at: Status | None = None,
    **changes: Any,
) -> None:
    """Hold ``run``, and with it all that waits to be sent: each would be refused the same way.

    ``resume_at`` is where Resume takes up the run, when not where it is; ``changes`` are further
    columns.
    """
    reason = Reason.NO_CREDIT if error.status == 402 else Reason.KEY_REFUSED
    held_from = resume_at or Status(run.status)
    run.move_to(Status.HELD, reason=reason, detail=str(error), held_from=held_from, **changes)
    hold_queue(reason)
    if reason == Reason.NO_CREDIT:
        read_balance(at_once=True)


def as_asked(run: IsolationRun, error: RateLimited) -> datetime:
    """The moment until which Runflow asks to be left alone."""
    if error.retry_after is None:
        return backoff(run.attempts)
    return seconds_from_now(error.retry_after)


def words_of(error: Failure) -> str:
    return error.code if isinstance(error, FetchError) else str(error)
