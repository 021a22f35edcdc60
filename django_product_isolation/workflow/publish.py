"""Pointing the host's image field at the result, and verifying it afterwards.

Each swap is one conditional UPDATE next to the run's own change of status, in one transaction
that does nothing else; files are read before and after it.
"""

from functools import partial
from typing import Any

from django.dispatch import Signal

from django_product_isolation.choices import Status
from django_product_isolation.host import Fingerprint, StorageFailed, StorageUnfaithful, Target
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import image_applied, image_restored

from . import renditions
from .outages import has_lasted
from .outcomes import Finished, GoTo, Outcome, Retry, Step, Swap
from .timing import MAX_WORKER_DEATHS
from .verdicts import found_in

NOT_WRITTEN = "The database says that no row was written."  # as a trigger may have it
# Attempts, over two to three hours: after the swap nobody waits, and no person is asked.
PATIENCE = 20


def apply(run: IsolationRun) -> Outcome:
    """ready -> applied | superseded: publish the result, if the source is still what was sent."""
    target = run.target
    current = target.current_name(run.object_pk)
    source = target.find_fingerprint(run.source_name) if current == run.source_name else None
    result = target.find_fingerprint(run.result_name)
    if current is None:
        return GoTo(Status.SUPERSEDED, Reason.IMAGE_DELETED)
    if current != run.source_name or (source and source.sha256 != run.source_sha256):
        return GoTo(Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    if source is None:
        return GoTo(Status.HELD, Reason.ORIGINAL_MISSING)
    if result is None or result.sha256 != run.result_sha256:
        return GoTo(Status.HELD, Reason.RESULT_MISSING)
    approval = approval_of(run)
    is_judged = run.doubt is not None
    return renditions.prepare(run, run.result_name, result) or Swap(
        Status.APPLIED,
        run.source_name,
        run.result_name,
        result,
        approval.actor if approval else run.batch.created_by,
        missed=find_newer_upload,
        refused=lambda run, words: GoTo(Status.HELD, Reason.RESULT_REFUSED, words),
        unseen=found_in(run) if is_judged and not approval else None,
    )


def find_newer_upload(run: IsolationRun) -> Outcome | None:
    """The end of a run whose image shows another file in the moment of the swap."""
    if run.target.current_name(run.object_pk) == run.source_name:
        return Retry(Reason.RESULT_REFUSED, NOT_WRITTEN)
    return GoTo(Status.SUPERSEDED, Reason.IMAGE_CHANGED)


def verify_swap(run: IsolationRun) -> Outcome:
    """After applied: undo the swap if the source got other bytes meanwhile, else tell the shop.

    No lock spans a database and a file storage, so an upload under the same name between our
    last look and the swap can only be noticed afterwards.
    """
    target = run.target
    if run.worker_deaths >= MAX_WORKER_DEATHS:
        return tell_applied(run)
    try:
        source = read_source_twice(target, run.source_name, run.source_sha256)
    except StorageUnfaithful as error:
        if run.attempts < PATIENCE:
            return Retry(Reason.STORAGE_FAILED, str(error), limit=PATIENCE)
        source = None
    except StorageFailed:
        if not has_lasted(run):
            raise
        source = None  # nobody can say any more; the shop has to know of its new picture
    if source and source.sha256 != run.source_sha256:
        old, new = run.result_name, run.source_name
        problem = Reason.ORIGINAL_REFUSED
        return undo(old, new, source, problem, tell_applied, image_restored)
    return tell_applied(run)


def tell_applied(run: IsolationRun) -> Finished:
    """Tell the shop of its new picture, if it still shows it."""
    return tell(run, run.result_name, image_applied)


def tell(run: IsolationRun, name: str, signal: Any) -> Finished:
    """Send ``signal`` if the image shows the file ``name``, and be done."""
    target = run.target
    if target.current_name(run.object_pk) != name:
        return Finished()
    instance = target.instance(run.object_pk)
    renditions.clean(run, run.source_name if name == run.result_name else run.result_name)
    return Finished(partial(signal.send_robust, target.model, run=run, instance=instance))


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


def undo(
    old: str, new: str, shown: Fingerprint, problem: Reason, otherwise: Step, signal: Signal
) -> Swap:
    """Take a swap back for the sake of a newer upload; where that cannot be, go on ``otherwise``.

    What the database refuses is noted as ``problem``. The shop may have read the row meanwhile:
    ``signal`` says what it shows again.
    """

    def refused(run: IsolationRun, words: str) -> Outcome | None:
        run.record(RunEvent.Kind.PROBLEM, problem, words, status=Status(run.status))
        return otherwise(run)

    return Swap(Status.SUPERSEDED, old, new, shown, None, otherwise, refused, signal)


def approval_of(run: IsolationRun) -> RunEvent | None:
    """The approval of the result, whose actor stands for publishing it."""
    return run.events.filter(kind=RunEvent.Kind.APPROVED).select_related("actor").last()
