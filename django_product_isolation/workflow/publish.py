"""Pointing the host's image field at the result and making sure of it; and the swap itself.

Each swap is one conditional UPDATE next to the run's own change of status, in one transaction
that does nothing else; files are read before and after it.
"""

import logging
from functools import partial
from typing import Any

from django.db import transaction

from django_product_isolation.choices import Status
from django_product_isolation.database.transactions import retry_on_conflict
from django_product_isolation.host import (
    Fingerprint,
    StorageFailed,
    StorageUnfaithful,
    SwapRefused,
    Target,
)
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import image_applied

from .audit import log_change
from .retrying import retry
from .storage_outages import has_lasted
from .timing import seconds_from_now

logger = logging.getLogger("django_product_isolation")

# Attempts, over two to three hours: after the swap nobody waits, and no person is asked.
PATIENCE = 20


def apply(run: IsolationRun) -> None:
    """ready -> applied | superseded: publish the result, if the source is still what was sent."""
    target = run.target
    current = target.current_name(run.object_pk)
    source = target.find_fingerprint(run.source_name) if current == run.source_name else None
    result = target.find_fingerprint(run.result_name)
    if current is None:
        run.move_to(Status.SUPERSEDED, reason=Reason.IMAGE_DELETED)
    elif current != run.source_name or (source and source.sha256 != run.source_sha256):
        run.move_to(Status.SUPERSEDED, reason=Reason.IMAGE_CHANGED)
    elif source is None:
        run.move_to(Status.HELD, reason=Reason.ORIGINAL_MISSING)
    elif result is None or result.sha256 != run.result_sha256:
        run.move_to(Status.HELD, reason=Reason.RESULT_MISSING)
    else:
        actor = approver(run)
        try:
            swapped = swap(
                run, target, Status.APPLIED, run.source_name, run.result_name, result, actor
            )
        except SwapRefused as error:
            run.move_to(Status.HELD, reason=Reason.RESULT_REFUSED, detail=str(error))
            return
        if not swapped and target.current_name(run.object_pk) != run.source_name:
            run.move_to(Status.SUPERSEDED, reason=Reason.IMAGE_CHANGED)


def verify_swap(run: IsolationRun) -> None:
    """After applied: undo the swap if the source got other bytes meanwhile, else tell the shop.

    No lock spans a database and a file storage, so an upload under the same name between our
    last look and the swap can only be noticed afterwards.
    """
    target = run.target
    try:
        source = read_source_twice(target, run.source_name, run.source_sha256)
    except StorageUnfaithful as error:
        if run.attempts < PATIENCE:
            retry(run, Reason.STORAGE_FAILED, str(error), limit=PATIENCE)
            return
        source = None
    except StorageFailed:
        if not has_lasted(run):
            raise
        source = None  # nobody can say any more; the shop has to know of its new picture
    if source and source.sha256 != run.source_sha256:
        old, new = run.result_name, run.source_name
        if undo(run, target, old, new, source, Reason.ORIGINAL_REFUSED):
            return
    if target.current_name(run.object_pk) == run.result_name:
        instance = target.instance(run.object_pk)
        tell = partial(image_applied.send_robust, target.model, run=run, instance=instance)
        transaction.on_commit(tell)
    run.finish()


def read_source_twice(target: Target, name: str, sha256: str) -> Fingerprint | None:
    """A file's fingerprint; one with another ``sha256``, or none, only if it was seen twice.

    Raises StorageFailed otherwise: what a failing storage hands out must neither undo a swap nor
    hide a newer upload.
    """
    found = target.find_fingerprint(name)
    is_as_known = found is not None and found.sha256 == sha256
    if not is_as_known and target.find_fingerprint(name) != found:
        raise StorageUnfaithful("a file was read differently twice")
    return found


@retry_on_conflict
def swap(
    run: IsolationRun,
    target: Target,
    status: Status,
    old: str,
    new: str,
    shown: Fingerprint,
    actor: Any,
) -> bool:
    """Point the field from ``old`` to ``new`` and move the run, both or neither.

    Raises SwapRefused.
    """
    reason = Reason.IMAGE_CHANGED if status == Status.SUPERSEDED else ""
    due_at = (
        None if status == Status.SUPERSEDED else seconds_from_now(0)
    )  # to make sure, and to tell
    with run.all_or_nothing():
        if not target.swap(run.object_pk, old=old, new=new, size=shown.size):
            return False
        if not run.move_to(status, reason=reason, actor=actor, due_at=due_at):
            transaction.set_rollback(True)
            return False
        log_change(run, target, actor)
    logger.info("swapped run=%s status=%s image=%s", run.pk, status, run.object_pk)
    return True


def undo(
    run: IsolationRun, target: Target, old: str, new: str, shown: Fingerprint, otherwise: Reason
) -> bool:
    """Take a swap back for the sake of a newer upload; what the database refuses of it is noted."""
    try:
        return swap(run, target, Status.SUPERSEDED, old, new, shown, None)
    except SwapRefused as error:
        run.record(RunEvent.Kind.PROBLEM, otherwise, str(error), status=Status(run.status))
        return False


def approver(run: IsolationRun) -> Any:
    """Who stands for publishing: whoever approved the result, else whoever began the batch."""
    approved = run.events.filter(kind=RunEvent.Kind.APPROVED).select_related("actor").last()
    return approved.actor if approved else run.batch.created_by
