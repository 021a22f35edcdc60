"""The shop's account at Runflow: a client from the settings, its balance, what refusals mean."""

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db import DatabaseError, IntegrityError
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.database import clock
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.database.transactions import summary
from django_product_isolation.models import AccountBalance, IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    AccountRefused,
    RateLimited,
    Refused,
    RunflowClient,
    RunflowError,
)

from . import outages
from .outages import Place

logger = logging.getLogger("django_product_isolation")

BETWEEN_READINGS = timedelta(minutes=10)
# While a run is in one of these, the balance goes down.
WORKED_ON = (Status.QUEUED, Status.SUBMITTING, Status.PROCESSING, Status.COLLECTING)


def connect(run: IsolationRun | None = None) -> RunflowClient:
    """A client for the account that the settings name; ``run`` is told when Runflow answers."""
    settings = get_settings()
    return RunflowClient(
        base_url=settings.BASE_URL,
        api_key=settings.API_KEY,
        model=settings.MODEL,
        answered=None if run is None else partial(outages.answered, run, Place.RUNFLOW),
    )


def hold(run: IsolationRun, error: AccountRefused, *, resume_at: Status | None = None) -> None:
    """Hold ``run``, and with it all that waits to be sent: each would be refused the same way.

    ``resume_at`` is where Resume takes up the run, when not where it is.
    """
    reason = Reason.NO_CREDIT if error.status == 402 else Reason.KEY_REFUSED
    run.move_to(
        Status.HELD,
        reason=reason,
        detail=describe(error),
        held_from=resume_at or Status(run.status),
    )
    hold_queue(reason)
    if reason == Reason.NO_CREDIT:
        read_balance(at_once=True)


def hold_queue(reason: Reason) -> None:
    """Hold every queued run that nobody is working on."""
    for run in waiting_in_queue().iterator():
        run.move_to(Status.HELD, reason=reason)


def pause_queue(until: datetime) -> None:
    """Send nothing that nobody is working on before ``until``: Runflow asked for it."""
    moment = clock.at(until)
    waiting_in_queue().filter(due_at__lt=moment).update(due_at=moment, reason=Reason.BUSY)


def waiting_in_queue() -> RunQuerySet:
    return IsolationRun.objects.filter(status=Status.QUEUED, lease_owner=None).order_by()


def read_balance(*, at_once: bool = False) -> None:
    """Ask Runflow what credit is left: every 10 minutes while runs are worked on, or ``at_once``.

    For those who take steps: it goes over the network. Raises nothing; a key that may not know
    the balance leaves none, a Runflow that cannot be asked leaves the one known before.
    """
    try:
        if claim_reading(timedelta(0) if at_once else BETWEEN_READINGS):
            read = {"amount": connect().balance(), "read_at": timezone.now()}
            AccountBalance.objects.filter(pk=1).update(**read)
    except RunflowError as error:
        logger.info("balance_unread %s", describe(error))
        if isinstance(error, Refused) and not isinstance(error, RateLimited):
            AccountBalance.objects.filter(pk=1).update(amount=None)
    except DatabaseError as error:
        logger.error("balance_unrecorded error=%s", summary(error))


def claim_reading(pause: timedelta) -> bool:
    """Whether it is for the caller to ask: nobody else has within ``pause``."""
    known = AccountBalance.objects.filter(pk=1)
    if pause and known.filter(asked_at__gt=DatabaseNow(-pause.total_seconds())).exists():
        return False
    if pause and not IsolationRun.objects.filter(status__in=WORKED_ON).exists():
        return False
    if known.filter(asked_at__lte=DatabaseNow(-pause.total_seconds())).update(
        asked_at=DatabaseNow()
    ):
        return True
    try:
        AccountBalance.objects.create(pk=1, asked_at=DatabaseNow())
    except IntegrityError:  # somebody else has just asked, the first time or within the pause
        return False
    return True


def describe(error: RunflowError) -> str:
    """What a developer needs to find the refusal again, at most 500 characters."""
    parts = [
        type(error).__name__,
        f"status={error.status}" if error.status else "",
        f"code={error.code}" if error.code else "",
        f"request_id={error.request_id}" if error.request_id else "",
        error.detail,
    ]
    return " ".join(part for part in parts if part)[:500]
