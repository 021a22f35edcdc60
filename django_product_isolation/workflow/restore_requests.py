"""Having originals put back: asked for here, for 1 image or 500, without opening a file.

The rows are changed in the same few queries; the step that follows is taken by a worker.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model, QuerySet

from django_product_isolation.choices import SHOWN_STATUSES, Status
from django_product_isolation.database import clock
from django_product_isolation.host import Target, target_for
from django_product_isolation.models import IsolationRun, RunEvent, open_together
from django_product_isolation.reasons import Reason
from django_product_isolation.redaction import without_locals

from .nudges import nudge_on_commit
from .planning import as_queryset


@dataclass(frozen=True)
class Restoration:
    """What came of asking for originals.

    ``begun`` are the runs whose original a worker puts back now, ``skipped`` the names of the
    images that were left alone, each with the reason. ``at`` stands in the events of all begun.
    """

    begun: Sequence[IsolationRun]
    skipped: Sequence[tuple[str, Reason]]
    at: datetime = field(default_factory=clock.now)


@without_locals
def restore(images: Model | QuerySet[Any], *, field: str = "", user: Any = None) -> Restoration:
    """Have the originals of ``images`` (an instance or a queryset) put back where that can be.

    Opens no file: a worker does, and then points the fields back. ``field`` says which image,
    where the model has several. An image whose field points at something newer than our result is
    left alone. Raises ImproperlyConfigured when the field is not named in ``IMAGES``.
    """
    queryset = as_queryset(images)
    target = target_for(queryset.model, field)
    # Each once: a join may give a row several times.
    pictures = {picture.pk: picture for picture in target.pictures(queryset)}
    shown = shown_runs(target, {pk: picture.name for pk, picture in pictures.items()})
    nothing = [
        (picture.label, Reason.NOTHING_TO_RESTORE)
        for pk, picture in pictures.items()
        if pk not in shown
    ]
    asked = restore_runs([shown[pk] for pk in pictures if pk in shown], user=user)
    return Restoration(asked.begun, [*asked.skipped, *nothing], asked.at)


def shown_runs(target: Target, names: dict[str, str]) -> dict[str, IsolationRun]:
    """The run whose result each image shows now. ``names`` are file names by primary key."""
    candidates = IsolationRun.objects.filter(
        status__in=SHOWN_STATUSES,
        object_pk__in=names,
        result_name__in=set(names.values()) - {""},
    ).select_related("batch")
    return {
        run.object_pk: run
        for run in candidates.about(target)
        if run.result_name == names.get(run.object_pk)
    }


def restore_runs(runs: Iterable[IsolationRun], *, user: Any = None) -> Restoration:
    """applied -> restoring: have what these runs replaced put back. Needs their batches.

    The same few queries for 1 run or 500, and no file is opened. One that cannot be restored is
    left alone, with the reason, and stops no other.
    """
    at = clock.now()
    problems: dict[uuid.UUID, Reason] = {}
    keys: dict[uuid.UUID, str] = {}
    asked = {run.pk: run for run in runs}
    for _column, group in groupby(sorted(asked.values(), key=named_as), key=named_as):
        found, left = can_be_restored(list(group))
        keys |= found
        problems |= left
    reasons = {pk: Reason.JUST_PUBLISHED.value for pk in keys if asked[pk].due_at is not None}
    changed = open_together(Status.RESTORING, keys, reasons=reasons, actor=user, at=at)
    if changed:
        nudge_on_commit(sorted(changed))
    problems |= overtaken(keys.keys() - changed)
    begun = [run for run in asked.values() if run.pk in changed]
    for run in begun:
        run.status = Status.RESTORING
    return Restoration(
        begun, [(asked[pk].label, problems[pk]) for pk in asked if pk in problems], at
    )


def named_as(run: IsolationRun) -> tuple[str, str]:
    """Model label and field name of a run's image."""
    return run.batch.model_label, run.batch.field_name


def can_be_restored(
    runs: Sequence[IsolationRun],
) -> tuple[dict[uuid.UUID, str], dict[uuid.UUID, Reason]]:
    """The active keys of those of ``runs``, all of one field, that can go; why not the others."""
    try:
        target = runs[0].target
    except ImproperlyConfigured:
        return {}, {run.pk: Reason.NOT_NAMED for run in runs}
    problems = {run.pk: problem for run in runs if (problem := why_not(run))}
    left = [run for run in runs if run.pk not in problems]
    names = target.current_names([run.object_pk for run in left])
    problems |= {
        run.pk: Reason.NOTHING_TO_RESTORE
        for run in left
        if names.get(run.object_pk) != run.result_name
    }
    keys = {run.pk: target.active_key(run.object_pk) for run in left if run.pk not in problems}
    others = IsolationRun.objects.filter(active_key__in=keys.values()).order_by()
    taken = dict(others.values_list("active_key", "status"))
    problems |= {pk: at_it(taken[key]) for pk, key in keys.items() if key in taken}
    return {pk: key for pk, key in keys.items() if key not in taken}, problems


def at_it(status: str) -> Reason:
    """What the open run of an image means to whoever wants its original."""
    return Reason.BEING_RESTORED if status == Status.RESTORING else Reason.BEING_ISOLATED


def why_not(run: IsolationRun) -> Reason | None:
    """What the run itself says against restoring it."""
    if run.status == Status.RESTORING:
        return Reason.BEING_RESTORED
    if run.status == Status.RESTORED:
        return Reason.IS_RESTORED
    if run.status != Status.APPLIED or not run.result_name:
        return Reason.NOTHING_TO_RESTORE
    return None if run.source_name else Reason.ORIGINAL_REMOVED


def overtaken(pks: Iterable[uuid.UUID]) -> dict[uuid.UUID, Reason]:
    """Why runs that could be restored a moment ago were not; no query for none."""
    late = list(pks)
    if not late:
        return {}
    now = {run.pk: why_not(run) for run in IsolationRun.objects.filter(pk__in=late)}
    return {pk: now.get(pk) or Reason.BEING_ISOLATED for pk in late}


def asked_for(run: IsolationRun) -> RunEvent | None:
    """The event of the click that had this run restored, with who it was."""
    clicks = run.events.filter(kind=RunEvent.Kind.STATUS, status=Status.RESTORING)
    return clicks.select_related("actor").last()


def stop_restoring(run: IsolationRun, *, user: Any = None) -> bool:
    """Have a result stay whose original was to be put back."""
    return run.status == Status.RESTORING and leave_applied(run, Reason.RESTORE_STOPPED, actor=user)


def leave_applied(
    run: IsolationRun, reason: Reason, detail: str = "", *, actor: Any = None
) -> bool:
    """restoring -> applied: nothing was changed, and ``reason`` says why.

    What was still to be looked at after the result was published is looked at then.
    """
    click = asked_for(run)
    unchecked = click is not None and click.reason == Reason.JUST_PUBLISHED
    return run.move_to(
        Status.APPLIED,
        reason=reason,
        detail=detail,
        actor=actor,
        due_at=clock.now() if unchecked else None,
    )
