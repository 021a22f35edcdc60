"""What passes by itself, a storage that is away or a machine without room: runs wait until it is
over, and no person is asked.

Knows how long that may go on before it is no outage any more. Runflow's own are runflow_outages.
"""

from datetime import timedelta

from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.host import FileMissing
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason

from .outcomes import GoTo, Outcome, Retry, Wait
from .timing import backoff

HORIZON = timedelta(hours=24)


def verify_storage(run: IsolationRun) -> None:
    """Ask a storage that failed this run before for something small, before anything is fetched
    for it in vain. Raises StorageFailed.
    """
    if run.reason != Reason.STORAGE_FAILED:
        return
    try:
        run.target.size_of(run.source_name)
    except FileMissing:  # an answer too
        run.target.refuse_empty(beside=run.source_name)


def has_lasted(run: IsolationRun, reason: Reason = Reason.STORAGE_FAILED) -> bool:
    """Whether the storage, or what ``reason`` says, has failed this run for a day."""
    told = run.events.filter(reason=reason, at__gte=run.status_since)
    first = told.order_by("at", "pk").values_list("at", flat=True).first()
    return first is not None and clock.now() - first > HORIZON


def outlast(run: IsolationRun, reason: Reason, detail: str, *, ends: bool = False) -> Outcome:
    """The step is taken again until the storage is back, and it is said once that it is away.

    So it is where this machine has no room to work in. After a day of ``reason`` the run is held,
    where there is something left to decide; where not, ``ends`` has its step be the last one.
    """
    if has_lasted(run, reason):
        if run.may_go_to(Status.HELD):
            return GoTo(Status.HELD, reason, detail)
        if ends:
            return Retry(reason, detail, limit=0)
    return Wait(backoff(run.attempts), reason, detail)
