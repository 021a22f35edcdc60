"""Writing down what a step came to: the one place where steps change their run's status.

What must be known though the step's process dies, such as the name of a file that is about to be
written, the step notes by itself.
"""

import logging
from functools import partial

from django.db import transaction
from django.dispatch import Signal

from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.database.transactions import retry_on_conflict
from django_product_isolation.host import SwapRefused
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import image_swapped

from .audit import log_change
from .failures import back_to_queue, put_off, retry
from .outcomes import (
    Finished,
    GoTo,
    NotAccepted,
    Outcome,
    Pause,
    PutOff,
    RestoreRefused,
    Retry,
    Swap,
    ToReview,
    Wait,
)
from .renditions import columns_with
from .restore_requests import leave_applied
from .verdicts import with_findings

logger = logging.getLogger("django_product_isolation")


def record(run: IsolationRun, outcome: Outcome | None) -> None:
    """Write down what the step of a claimed run came to. Raises LeaseLost."""
    match outcome:
        case GoTo():
            go_to(run, outcome)
        case Swap():
            swap(run, outcome)
        case Wait(until, reason, detail, changes):
            run.release_until(until, reason=reason, detail=detail, **changes)
        case Retry():
            retry(run, outcome)
        case PutOff():
            put_off(run, outcome)
        case NotAccepted(error, sent_with):
            back_to_queue(run, error, sent_with)
        case RestoreRefused(reason, detail):
            leave_applied(run, reason, detail)
        case Pause(until):
            run.let_go(until, run.reason, {})
        case ToReview():
            leave_to_a_person(run)
        case Finished(tell):
            if tell is not None:
                transaction.on_commit(tell)
            run.finish()


def leave_to_a_person(run: IsolationRun) -> None:
    """Give the lease back until somebody decides, unless they just did."""
    rest = {"due_at": None, "lease_owner": None, "lease_until": None, "worker_deaths": 0}
    mine = IsolationRun.objects.filter(pk=run.pk, lease_owner=run.lease_owner)
    if not mine.filter(status=Status.READY, review=True).update(**rest):
        run.let_go(clock.now(), run.reason, {})


def go_to(run: IsolationRun, outcome: GoTo) -> None:
    changes = dict(outcome.changes)
    if outcome.then is not None:
        leased = {"lease_owner": run.lease_owner, "lease_until": run.lease_until}
        changes = {**leased, "attempts": run.attempts, **changes}
    move = partial(
        run.move_to,
        outcome.status,
        reason=outcome.reason,
        detail=outcome.detail,
        due_at=outcome.due_at,
        **changes,
    )
    moved = with_findings(run, outcome.found, move) if outcome.found else move()
    if moved and outcome.then is not None:
        record(run, outcome.then(run))


def swap(run: IsolationRun, outcome: Swap) -> None:
    try:
        swapped = point_and_go(run, outcome)
    except SwapRefused as error:
        record(run, outcome.refused(run, str(error)))
        return
    if not swapped:
        record(run, outcome.missed(run))


@retry_on_conflict
def point_and_go(run: IsolationRun, outcome: Swap) -> bool:
    """Point the field at another file and move the run, both or neither. Raises SwapRefused.

    False where the image shows another file; a run that somebody else has moved is left to them.
    """
    to_the_end = outcome.status == Status.SUPERSEDED
    reason = Reason.IMAGE_CHANGED if to_the_end else ""
    due_at = None if to_the_end else clock.now()  # to verify the swap, and to tell
    target, pk, actor = run.target, run.object_pk, outcome.actor
    is_back = outcome.new == run.source_name
    columns = columns_with(run, outcome.new, outcome.shown)
    with run.all_or_nothing():
        kept = run.source_columns if is_back else target.columns_beside(pk)
        if not target.swap(
            pk, old=outcome.old, new=outcome.new, size=outcome.shown.size, columns=columns
        ):
            transaction.set_rollback(True)
            return False
        if not run.move_to(
            outcome.status, reason=reason, actor=actor, due_at=due_at, source_columns=kept
        ):
            transaction.set_rollback(True)
            return True
        if outcome.unseen is not None:
            run.record(RunEvent.Kind.AT_ONCE, detail=", ".join(outcome.unseen))
        log_change(run, target, actor)
        image_swapped.send(target.model, run=run, old=outcome.old, new=outcome.new, actor=actor)
        if outcome.signal:
            tell_at_once(run, outcome.signal)
    logger.info("swapped run=%s status=%s image=%s", run.pk, outcome.status, pk)
    return True


def tell_at_once(run: IsolationRun, signal: Signal) -> None:
    """Tell the shop of a swap that ends its run, when that is committed."""
    instance = run.target.instance(run.object_pk)
    transaction.on_commit(partial(signal.send_robust, run.target.model, run=run, instance=instance))
