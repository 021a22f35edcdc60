"""Pointing the host's image field at the result, making sure of it, and pointing it back.

Each swap is one conditional UPDATE next to the run's own change of status, in one transaction
that does nothing else; files are read before and after it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from django_product_isolation.choices import Status
from django_product_isolation.host import (
    StorageFailed,
    Target,
    target_for,
)
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.redaction import without_locals
from django_product_isolation.signals import image_applied, image_restored
from django_product_isolation.transactions import retried

from .audit import log_change
from .chosen_images import as_queryset
from .files import Fingerprint, find_fingerprint, target_of
from .retrying import retry
from .timing import soon

logger = logging.getLogger("django_product_isolation")

# Attempts, over two to three hours: after the swap nobody waits, and no person is asked.
PATIENCE = 20


def apply(run: IsolationRun) -> None:
    """ready -> applied | superseded: publish the result, if the source is still what was sent."""
    target = target_of(run)
    current = target.current_name(run.object_pk)
    source = find_fingerprint(target, run.source_name) if current == run.source_name else None
    result = find_fingerprint(target, run.result_name)
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
        swapped = swap(run, target, Status.APPLIED, run.source_name, run.result_name, result, actor)
        if not swapped and target.current_name(run.object_pk) != run.source_name:
            run.move_to(Status.SUPERSEDED, reason=Reason.IMAGE_CHANGED)


def make_sure(run: IsolationRun) -> None:
    """After applied: undo the swap if the source got other bytes meanwhile, else tell the shop.

    No lock spans a database and a file storage, so an upload under the same name between our
    last look and the swap can only be noticed afterwards.
    """
    target = target_of(run)
    try:
        source = read_alike(target, run)
    except StorageFailed as error:
        retry(run, Reason.STORAGE_FAILED, str(error), limit=PATIENCE)
        return
    if source and source.sha256 != run.source_sha256:
        old, new = run.result_name, run.source_name
        if swap(run, target, Status.SUPERSEDED, old, new, source, None):
            return
    if target.current_name(run.object_pk) == run.result_name:
        instance = target.instance(run.object_pk)
        image_applied.send_robust(target.model, run=run, instance=instance)
    run.rest()


def read_alike(target: Target, run: IsolationRun) -> Fingerprint | None:
    """The source's fingerprint; another one than of what was sent, or none, only if seen twice.

    Raises StorageFailed otherwise: what a failing storage hands out must neither undo a swap nor
    hide a newer upload.
    """
    source = find_fingerprint(target, run.source_name)
    is_as_sent = source is not None and source.sha256 == run.source_sha256
    if not is_as_sent and find_fingerprint(target, run.source_name) != source:
        raise StorageFailed("the source was read differently twice")
    return source


@dataclass(frozen=True)
class Restoration:
    """What a restore did: the runs put back, and the runs or images left alone with the reason."""

    restored: Sequence[IsolationRun]
    skipped: Sequence[tuple[str, Reason]]


@without_locals
def restore(images: Any, *, user: Any = None) -> Restoration:
    """Put the originals of ``images`` (an instance or a queryset) back where they still can be.

    An image whose field points at something newer than our result is left alone. Raises
    ImproperlyConfigured when the model is not named in ``IMAGES``, StorageFailed when the
    storage does not answer.
    """
    queryset = as_queryset(images)
    target = target_for(queryset.model)
    pictures = target.pictures(queryset)
    runs = applied_runs(target, {picture.pk: picture.name for picture in pictures})
    restored: list[IsolationRun] = []
    skipped: list[tuple[str, Reason]] = []
    for picture in pictures:
        run = runs.get(picture.pk)
        if run is None:
            skipped.append((picture.label, Reason.NOTHING_TO_RESTORE))
        elif problem := restore_run(run, user=user):
            skipped.append((picture.label, problem))
        else:
            restored.append(run)
    return Restoration(restored, skipped)


def applied_runs(target: Target, names: dict[str, str]) -> dict[str, IsolationRun]:
    """The run whose result each image shows now. ``names`` are file names by primary key."""
    candidates = IsolationRun.objects.filter(
        status=Status.APPLIED,
        object_pk__in=names,
        result_name__in=set(names.values()) - {""},
        batch__model_label=target.label,
    ).select_related("batch")
    return {run.object_pk: run for run in candidates if run.result_name == names[run.object_pk]}


def restore_run(run: IsolationRun, *, user: Any = None) -> Reason | None:
    """applied -> restored: point the field back at the source. Returns why it was left alone.

    Raises StorageFailed when the storage does not answer.
    """
    if not run.source_name:
        return Reason.ORIGINAL_MISSING
    if not run.result_name:
        return Reason.NOTHING_TO_RESTORE
    target = target_of(run)
    source = find_fingerprint(target, run.source_name)
    if source is None or source.sha256 != run.source_sha256:
        return Reason.ORIGINAL_MISSING
    if not swap(run, target, Status.RESTORED, run.result_name, run.source_name, source, user):
        return Reason.NOTHING_TO_RESTORE
    instance = target.instance(run.object_pk)
    image_restored.send_robust(target.model, run=run, instance=instance)
    return None


@retried
def swap(
    run: IsolationRun,
    target: Target,
    status: Status,
    old: str,
    new: str,
    shown: Fingerprint,
    actor: Any,
) -> bool:
    """Point the field from ``old`` to ``new`` and move the run, both or neither."""
    reason = Reason.IMAGE_CHANGED if status == Status.SUPERSEDED else ""
    due_at = soon() if status == Status.APPLIED else None
    with run.all_or_nothing():
        if not target.swap(run.object_pk, old=old, new=new, size=shown.size):
            return False
        if not run.move_to(status, reason=reason, actor=actor, due_at=due_at):
            transaction.set_rollback(True)
            return False
        log_change(run, target, actor)
    logger.info("swapped run=%s status=%s image=%s", run.pk, status, run.object_pk)
    return True


def approver(run: IsolationRun) -> Any:
    """Who stands for publishing: whoever approved the result, else whoever began the batch."""
    approved = run.events.filter(kind=RunEvent.Kind.APPROVED).select_related("actor").last()
    return approved.actor if approved else run.batch.created_by
