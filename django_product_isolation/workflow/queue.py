"""What waits to be sent, as a whole: held and paused together, where each would fare the same."""

from datetime import datetime

from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason


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
