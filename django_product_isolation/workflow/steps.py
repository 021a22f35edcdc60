"""Taking runs forward: one step at a time, each claimed first and safe to repeat."""

import logging
import time
import uuid
from collections.abc import Iterable

from django.db import DatabaseError, InterfaceError

from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.database.outages import is_away
from django_product_isolation.database.transactions import summary
from django_product_isolation.host import NotNamed, StorageFailed, StorageUnfaithful
from django_product_isolation.imaging.decoding import around_decoding
from django_product_isolation.models import IsolationRun, LeaseLost, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.redaction import without_locals
from django_product_isolation.shortage import is_shortage, name_of
from django_product_isolation.spending.balance import read_balance

from . import runflow_outages
from .collect import collect, poll
from .confirm import confirm
from .evaluation import evaluate_or_apply
from .leases import keeper
from .lookup import settle
from .outages import outlast, verify_storage
from .outcomes import GoTo, Outcome, Retry, Step, Wait
from .publish import verify_swap
from .recording import record
from .restore_step import put_back, verify_restore
from .submit import submit
from .timing import MAX_WORKER_DEATHS

logger = logging.getLogger("django_product_isolation")


def look_again(run: IsolationRun) -> Outcome:
    """held -> where it was: the word of Runflow's that it waited for in vain may have come."""
    return GoTo(Status(run.held_from), due_at=clock.now())


STEPS: dict[str, Step] = {
    Status.QUEUED: submit,
    Status.SUBMITTING: confirm,
    Status.PROCESSING: poll,
    Status.COLLECTING: collect,
    Status.READY: evaluate_or_apply,
    Status.HELD: look_again,
    Status.APPLIED: verify_swap,
    Status.RESTORING: put_back,
    Status.RESTORED: verify_restore,
    Status.FAILED: settle,
    Status.CANCELLED: settle,
    Status.SUPERSEDED: settle,
}

# Any other step ends with its worker when that is restarted, as web servers are every few hours.
# Only what no series of restarts explains is taken for the run's own doing.
MAX_LOSSES = 20


def advance(pk: uuid.UUID) -> bool:
    """Take the next step of a run, if it is due and nobody else is at it; True when one was taken.

    Never raises for what a step meets: the run waits, is held or ends, and says why.
    """
    claimed = keeper.claim(pk)
    if claimed is None:
        return False
    run, lease = claimed
    logger.debug("step run=%s status=%s attempt=%s", run.pk, run.status, run.attempts)
    with keeper.keeping(lease):
        try:
            take_step(run)
        except LeaseLost:
            logger.info("lease_lost run=%s status=%s", run.pk, run.status)
        except (DatabaseError, InterfaceError) as error:
            # What cannot be recorded is left: the step is taken again when the database is back.
            # The attempt counts unless that is away, so that it does not go on for ever.
            lease.is_over = is_away(error)
            told = (run.pk, run.status, summary(error))
            logger.error("step_unrecorded run=%s status=%s error=%s", *told)
    return True


def take_step(run: IsolationRun) -> None:
    """Take the step of a claimed run, or put it off with the reason. Raises LeaseLost."""
    try:
        if run.reclaimed and is_deadly(run) and run.is_open:
            record(run, Retry(Reason.CRASHED, limit=0))
        else:
            verify_storage(run)
            run_step(run)
    except LeaseLost:
        raise
    except NotNamed as error:
        record(run, outlast(run, Reason.FIELD_UNKNOWN, str(error), ends=True))
    except StorageUnfaithful as error:
        record(run, Retry(Reason.STORAGE_FAILED, str(error), give_up=Reason.STORAGE_CHANGES))
    except StorageFailed as error:
        record(run, outlast(run, Reason.STORAGE_FAILED, str(error)))
    except Exception as error:
        if is_away(error):
            raise
        if is_shortage(error) and run.lease_owner:
            if run.reason != Reason.WORKER_SHORT:  # said once
                logger.error("worker_short run=%s error=%s", run.pk, name_of(error))
            record(run, outlast(run, Reason.WORKER_SHORT, name_of(error)))
            return
        logger.exception("step_failed run=%s status=%s", run.pk, run.status)
        if run.lease_owner:  # else the step is recorded, and there is nothing to take again
            record(run, Retry(Reason.CRASHED, type(error).__name__))


def is_deadly(run: IsolationRun) -> bool:
    """Note that the last worker never came back; whether the run itself seems to kill them."""
    run.record(RunEvent.Kind.PROBLEM, Reason.WORKER_LOST, status=Status(run.status))
    lost = run.events.filter(reason=Reason.WORKER_LOST, at__gte=run.status_since)
    return run.worker_deaths >= MAX_WORKER_DEATHS or lost.count() >= MAX_LOSSES


@without_locals
def run_step(run: IsolationRun) -> None:
    """The step itself. What it raises is logged, and it handles the key and links."""
    if until := runflow_outages.waits_until(run):
        record(run, Wait(until, run.reason, changes={"attempts": run.attempts - 1}))
        return
    watching = around_decoding.set(run.decoding)
    try:
        record(run, STEPS[run.status](run))
    finally:
        around_decoding.reset(watching)
    runflow_outages.end_those_over(run)


def work_on(pk: uuid.UUID) -> bool:
    """Take the next step of a run like ``advance``, and keep the balance up to date."""
    taken = advance(pk)
    if taken:
        read_balance()
    return taken


def advance_for(pks: Iterable[uuid.UUID], *, seconds: float) -> None:
    """Take due steps of these runs in turn until none is due or ``seconds`` are over."""
    ends = time.monotonic() + seconds
    runs = IsolationRun.objects.filter(pk__in=list(pks))
    while due := runs.due().values_list("pk", flat=True).first():
        work_on(due)
        if time.monotonic() >= ends:
            break
