"""Putting an original back: the step that does it, and the one that makes sure and tells the shop.

With the same care as publishing: looked at before, one conditional UPDATE next to the status,
looked at again afterwards.
"""

from datetime import datetime

from django_product_isolation.choices import Status
from django_product_isolation.host import (
    FileMissing,
    Fingerprint,
    StorageEmpty,
    StorageFailed,
    Target,
)
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import image_applied, image_restored

from . import renditions
from .outages import has_lasted
from .outcomes import Finished, Outcome, RestoreRefused, Retry, Swap, Wait
from .publish import NOT_WRITTEN, PATIENCE, read_source_twice, tell, undo
from .restore_requests import asked_for
from .timing import MAX_WORKER_DEATHS, backoff


def put_back(run: IsolationRun) -> Outcome:
    """restoring -> restored | applied: point the field back at the original, if all is as it was.

    Waits, for as long as it takes, for a storage that does not answer. One that answers for a day
    that it has no file is believed.
    """
    try:
        source = look_at_both(run, run.target)
    except StorageFailed as error:
        if isinstance(error, StorageEmpty) and has_lasted(run, Reason.STORAGE_AWAY):
            return RestoreRefused(Reason.ORIGINAL_MISSING)
        return Wait(backoff(run.attempts), Reason.STORAGE_AWAY, str(error))
    if isinstance(source, Reason):
        return RestoreRefused(source)
    renditions.prepare(run, run.source_name, source)  # an original is put back whatever comes of it
    click = asked_for(run)
    return Swap(
        Status.RESTORED,
        run.result_name,
        run.source_name,
        source,
        click.actor if click else None,
        missed=find_overtaken,
        refused=lambda _run, words: RestoreRefused(Reason.ORIGINAL_REFUSED, words),
    )


def find_overtaken(run: IsolationRun) -> Outcome | None:
    """What becomes of a restore whose image shows another file in the moment of the swap."""
    problem = newer(run, run.target)
    return RestoreRefused(problem) if problem else Retry(Reason.ORIGINAL_REFUSED, NOT_WRITTEN)


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


def verify_restore(run: IsolationRun) -> Outcome:
    """After restored: undo it if the result got other bytes meanwhile, else tell the shop.

    An upload under the result's own name between our last look and the swap can only be noticed
    afterwards, as no lock spans a database and a file storage.
    """
    if run.worker_deaths >= MAX_WORKER_DEATHS:
        return tell_restored(run)
    try:
        uploaded = find_newer(run, run.target)
    except StorageFailed as error:
        if run.attempts < PATIENCE:
            return Retry(Reason.STORAGE_AWAY, str(error), limit=PATIENCE)
        uploaded = None
    if uploaded is not None:
        old, new = run.source_name, run.result_name
        problem = Reason.RESULT_REFUSED
        return undo(old, new, uploaded, problem, tell_restored, image_applied)
    return tell_restored(run)


def tell_restored(run: IsolationRun) -> Finished:
    """Tell the shop that its original is back, if the image still shows it."""
    return tell(run, run.source_name, image_restored)
