"""Putting an original back: the step that does it, and the one that makes sure and tells the shop.

With the same care as publishing: looked at before, one conditional UPDATE next to the status,
looked at again afterwards.
"""

from datetime import datetime
from functools import partial

from django.db import transaction

from django_product_isolation.choices import Status
from django_product_isolation.host import (
    FileMissing,
    Fingerprint,
    StorageFailed,
    SwapRefused,
    Target,
)
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import image_restored

from .publish import PATIENCE, read_source_twice, swap, undo
from .restore_requests import asked_for, leave_applied
from .retrying import retry
from .timing import backoff

# The pause grows to about a minute: what waits for the storage goes on soon after it is back.
LONGEST_BACKOFF = 6


def put_back(run: IsolationRun) -> None:
    """restoring -> restored | applied: point the field back at the original, if all is as it was.

    Waits, for as long as it takes, for a storage that does not answer.
    """
    target = run.target
    try:
        source = look_at_both(run, target)
    except StorageFailed as error:
        wait_for_storage(run, str(error))
        return
    if isinstance(source, Reason):
        leave_applied(run, source)
        return
    click = asked_for(run)
    actor = click.actor if click else None
    old, new = run.result_name, run.source_name
    try:
        swapped = swap(run, target, Status.RESTORED, old, new, source, actor)
    except SwapRefused as error:
        leave_applied(run, Reason.ORIGINAL_REFUSED, str(error))
        return
    if not swapped and (problem := newer(run, target)):
        leave_applied(run, problem)


def look_at_both(run: IsolationRun, target: Target) -> Fingerprint | Reason:
    """The original, when it may take the place of what is shown; else why it must not.

    Raises StorageFailed, also when one file is read differently twice.
    """
    if problem := newer(run, target):
        return problem
    source = read_source_twice(target, run.source_name, run.source_sha256)
    if source is None or source.sha256 != run.source_sha256:
        return Reason.ORIGINAL_MISSING
    # A result that is gone is no reason to go on showing it.
    return Reason.IMAGE_CHANGED if find_newer(run, target) else source


def find_newer(run: IsolationRun, target: Target) -> Fingerprint | None:
    """What was uploaded under the result's own name since the click; None when nothing was.

    What was retouched or optimised in place before the click was there for the person to see.
    Raises StorageFailed.
    """
    shown = read_source_twice(target, run.result_name, run.result_sha256)
    if shown is None or shown.sha256 == run.result_sha256:
        return None
    click = asked_for(run)
    return shown if click is None or changed_since(target, run.result_name, click.at) else None


def changed_since(target: Target, name: str, moment: datetime) -> bool:
    try:
        return target.changed_since(name, moment)
    except FileMissing:
        return False


def newer(run: IsolationRun, target: Target) -> Reason | None:
    """What happened to the image since our result was shown; None when it still is."""
    current = target.current_name(run.object_pk)
    if current is None:
        return Reason.IMAGE_DELETED
    return None if current == run.result_name else Reason.IMAGE_CHANGED


def wait_for_storage(run: IsolationRun, detail: str) -> None:
    """Have the step taken again before long, without limit."""
    until = backoff(min(run.attempts, LONGEST_BACKOFF))
    run.release_until(until, reason=Reason.STORAGE_AWAY, detail=detail)


def tell_restored(run: IsolationRun) -> None:
    """After restored: undo it if the result got other bytes meanwhile, else tell the shop.

    An upload under the result's own name between our last look and the swap can only be noticed
    afterwards, as no lock spans a database and a file storage.
    """
    target = run.target
    try:
        uploaded = find_newer(run, target)
    except StorageFailed as error:
        if run.attempts < PATIENCE:
            retry(run, Reason.STORAGE_AWAY, str(error), limit=PATIENCE)
            return
        uploaded = None
    if uploaded is not None:
        old, new = run.source_name, run.result_name
        if undo(run, target, old, new, uploaded, Reason.RESULT_REFUSED):
            return
    if target.current_name(run.object_pk) == run.source_name:
        instance = target.instance(run.object_pk)
        tell = partial(image_restored.send_robust, target.model, run=run, instance=instance)
        transaction.on_commit(tell)
    run.finish()
