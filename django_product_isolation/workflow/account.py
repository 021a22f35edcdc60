"""The shop's account at Runflow: a client from the settings, and what its refusals mean for us."""

from datetime import datetime

from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationRun
from django_product_isolation.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import AccountRefused, RunflowClient, RunflowError


def connect() -> RunflowClient:
    """A client for the account that the settings name."""
    settings = get_settings()
    return RunflowClient(base_url=settings.BASE_URL, api_key=settings.API_KEY, model=settings.MODEL)


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


def hold_queue(reason: Reason) -> None:
    """Hold every queued run that nobody is working on."""
    for run in waiting_in_queue().iterator():
        run.move_to(Status.HELD, reason=reason)


def pause_queue(until: datetime) -> None:
    """Send nothing that nobody is working on before ``until``."""
    waiting_in_queue().filter(due_at__lt=until).update(due_at=until)


def waiting_in_queue() -> RunQuerySet:
    return IsolationRun.objects.filter(status=Status.QUEUED, lease_owner=None).order_by()


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
