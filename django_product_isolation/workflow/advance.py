"""Taking runs forward: one step at a time, each claimed first and safe to repeat."""

import logging
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from django.db import DatabaseError, transaction

from django_product_isolation.choices import Status
from django_product_isolation.database.transactions import is_away, retry_on_conflict, summary
from django_product_isolation.host import StorageFailed, StorageUnfaithful
from django_product_isolation.imaging.decoding import around_decoding
from django_product_isolation.models import IsolationRun, LeaseLost, RunEvent
from django_product_isolation.models.querysets import WAITED_IN_VAIN
from django_product_isolation.reasons import Reason
from django_product_isolation.redaction import without_locals
from django_product_isolation.runflow.callbacks import Callback
from django_product_isolation.signals import work_due

from . import outages
from .account import read_balance
from .collect import collect, poll
from .leases import keeper
from .lookup import settle
from .publish import apply, verify_swap
from .restore_step import put_back, tell_restored
from .retrying import retry
from .storage_outages import outlast, verify_storage
from .submit import confirm, submit
from .timing import seconds_from_now

logger = logging.getLogger("django_product_isolation")


def look_again(run: IsolationRun) -> None:
    """held -> where it was: the word of Runflow's that it waited for in vain may have come."""
    run.move_to(Status(run.held_from), due_at=seconds_from_now(0))


STEPS: dict[str, Callable[[IsolationRun], None]] = {
    Status.QUEUED: submit,
    Status.SUBMITTING: confirm,
    Status.PROCESSING: poll,
    Status.COLLECTING: collect,
    Status.READY: apply,
    Status.HELD: look_again,
    Status.APPLIED: verify_swap,
    Status.RESTORING: put_back,
    Status.RESTORED: tell_restored,
    Status.FAILED: settle,
    Status.CANCELLED: settle,
    Status.SUPERSEDED: settle,
}

# Where a run may be that Runflow accepted without our knowing under which id: anywhere before it is
# known to be there, and where it ended before that.
UNANSWERED = (
    Status.QUEUED,
    Status.SUBMITTING,
    Status.HELD,
    Status.FAILED,
    Status.CANCELLED,
    Status.SUPERSEDED,
)
MAX_HINTS = 4

# An image may kill whoever decodes it: after so many deaths of one step a person is asked.
MAX_DEATHS = 3
# Any other step ends with its worker when that is restarted, as web servers are every few hours.
# Only what no series of restarts explains is taken for the run's own doing.
MAX_LOSSES = 20


class UnknownRun(LookupError):
    """There is no such run."""


class WrongRun(ValueError):
    """The callback is about another run than the one its URL names."""


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
        except DatabaseError as error:
            # What cannot be recorded is left: the step is taken again when the database is back.
            lease.is_over = True
            told = (run.pk, run.status, summary(error))
            logger.error("step_unrecorded run=%s status=%s error=%s", *told)
    return True


def take_step(run: IsolationRun) -> None:
    """Take the step of a claimed run, or put it off with the reason. Raises LeaseLost."""
    try:
        if run.reclaimed and is_deadly(run) and run.is_open:
            retry(run, Reason.CRASHED, limit=0)
        else:
            verify_storage(run)
            run_step(run)
    except LeaseLost:
        raise
    except StorageUnfaithful as error:
        retry(run, Reason.STORAGE_FAILED, str(error))
    except StorageFailed as error:
        outlast(run, str(error))
    except Exception as error:
        if isinstance(error, DatabaseError) and is_away(error):
            raise
        logger.exception("step_failed run=%s status=%s", run.pk, run.status)
        if run.lease_owner:  # else the step is recorded, and there is nothing to take again
            retry(run, Reason.CRASHED, type(error).__name__)


def is_deadly(run: IsolationRun) -> bool:
    """Note that the last worker never came back; whether the run itself seems to kill them."""
    run.record(RunEvent.Kind.PROBLEM, Reason.WORKER_LOST, status=Status(run.status))
    lost = run.events.filter(reason=Reason.WORKER_LOST, at__gte=run.status_since)
    return run.decodings >= MAX_DEATHS or lost.count() >= MAX_LOSSES


@without_locals
def run_step(run: IsolationRun) -> None:
    """The step itself. What it raises is logged, and it handles the key and links."""
    if outages.stands_aside(run):
        return
    watching = around_decoding.set(run.decoding)
    try:
        STEPS[run.status](run)
    finally:
        around_decoding.reset(watching)
    outages.end_those_over(run)


def work_on(pk: uuid.UUID) -> bool:
    """Take the next step of a run like ``advance``, and keep the balance up to date."""
    taken = advance(pk)
    if taken:
        read_balance()
    return taken


def sweep(*, limit: int = 1000) -> int:
    """Take one step of every run that is due; returns how many steps were taken."""
    due = list(IsolationRun.objects.due().values_list("pk", flat=True)[:limit])
    return sum(work_on(pk) for pk in due)


def advance_for(pks: Iterable[uuid.UUID], *, seconds: float) -> None:
    """Take due steps of these runs in turn until none is due or ``seconds`` are over."""
    ends = time.monotonic() + seconds
    runs = IsolationRun.objects.filter(pk__in=list(pks))
    while due := runs.due().values_list("pk", flat=True).first():
        work_on(due)
        if time.monotonic() >= ends:
            break


def receive_callback(pk: uuid.UUID, callback: Callback) -> None:
    """Take Runflow's hint that a run has news. All it can do is have us look at our own run.

    Raises UnknownRun, or WrongRun when the callback is about another run than the one that Runflow
    itself has told us to be ours.
    """
    run = IsolationRun.objects.filter(pk=pk).first()
    if run is None:
        raise UnknownRun(str(pk))
    named = callback.metadata.get("run", str(pk))
    is_other = run.runflow_run_id and run.runflow_run_id.lower() != callback.run_id.lower()
    if named != str(pk) or is_other:
        raise WrongRun(str(pk))
    take_hint(run, callback)


@retry_on_conflict
def take_hint(run: IsolationRun, callback: Callback) -> None:
    """Make the run due, if it waits for Runflow at all; remember what Runflow calls it."""
    with transaction.atomic():
        in_its_own_time = run.status == Status.QUEUED or (
            run.status == Status.HELD and run.reason not in WAITED_IN_VAIN
        )
        due = {} if in_its_own_time else {"due_at": seconds_from_now(0)}
        noted = run.runflow_run_id is None and note_hint(run, callback.run_id, **due)
        woken = bool(due) and (noted or IsolationRun.objects.wake(run.pk))
        if not (noted or woken):
            return
        if not run.events.filter(kind=RunEvent.Kind.CALLBACK).exists():
            run.record(RunEvent.Kind.CALLBACK, detail=callback.event)
        if woken:
            nudge = partial(work_due.send_robust, sender=IsolationRun, run_ids=[run.pk])
            transaction.on_commit(nudge)


def note_hint(run: IsolationRun, runflow_run_id: str, **due: datetime) -> bool:
    """Remember an id beside those named before, the newest first; True when it was noted.

    It proves nothing: before the run is sent or given up, Runflow is asked whose it is.
    """
    known = run.hinted_run_ids.split()
    if runflow_run_id in known or run.status not in UNANSWERED:
        return False
    hints = " ".join([runflow_run_id, *known][:MAX_HINTS])
    unanswered = IsolationRun.objects.filter(
        pk=run.pk, status=run.status, runflow_run_id=None, hinted_run_ids=run.hinted_run_ids
    )
    return bool(unanswered.update(hinted_run_ids=hints, **due))
