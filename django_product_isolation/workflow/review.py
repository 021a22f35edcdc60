"""What people decide about a run: approve, reject, resume, stop waiting.

Each is one change of the row, without network; the steps that follow are taken by the workers.
All return False, and change nothing, when the run is no longer where the person saw it.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.database.transactions import retry_on_conflict
from django_product_isolation.models import IsolationRun, RunEvent, RunFinding
from django_product_isolation.reasons import Reason

from .nudges import nudge_on_commit
from .verdicts import record_decision

NOTE_MAX_LENGTH = 500
STOPPABLE = frozenset({Status.QUEUED, Status.PROCESSING, Status.COLLECTING, Status.HELD})


@retry_on_conflict
def approve(run: IsolationRun, *, user: Any = None) -> bool:
    """Let a result that waits for review be published, whatever was found in it."""
    waiting = IsolationRun.objects.filter(pk=run.pk, status=Status.READY, review=True)
    with transaction.atomic():
        if not waiting.update(review=False, due_at=DatabaseNow()):
            return False
        overruled = record_decision(run, RunFinding.Decision.OVERRULED)
        run.record(RunEvent.Kind.APPROVED, detail=", ".join(overruled), actor=user)
        nudge_on_commit([run.pk])
    return True


@retry_on_conflict
def reject(run: IsolationRun, *, user: Any = None, note: str = "") -> bool:
    """Turn a result down: the product keeps its picture, the result's file is kept.

    ``note`` says what is wrong with it, in the person's words. What another person approved goes
    on, unless publishing it has met trouble since.
    """
    if run.status != Status.READY:
        return False
    with run.all_or_nothing():
        # A write that changes nothing holds the row on every database: nobody approves it from
        # here on, and who did is seen.
        IsolationRun.objects.filter(pk=run.pk).update(review=F("review"))
        if approved_by_others([run], user):
            return False
        if not run.move_to(Status.REJECTED, actor=user, detail=note[:NOTE_MAX_LENGTH]):
            return False
        record_decision(run, RunFinding.Decision.DECLINED)
    return True


def approved_by_others(runs: Iterable[IsolationRun], user: Any) -> frozenset[UUID]:
    """The keys of those that somebody else than ``user`` approved, and that are being published,
    without trouble since, or are live. None where no person asks; one query."""
    ids = [run.pk for run in runs if run.status in (Status.READY, Status.APPLIED)]
    if user is None or not ids:
        return frozenset()
    kinds = (RunEvent.Kind.APPROVED, RunEvent.Kind.PROBLEM)
    events = RunEvent.objects.filter(run__in=ids, kind__in=kinds).order_by("at", "pk")
    last = {event.run_id: event for event in events}
    return frozenset(
        key
        for key, event in last.items()
        if event.kind == RunEvent.Kind.APPROVED and event.actor_id != user.pk
    )


def note(run: IsolationRun, text: str, *, user: Any = None) -> None:
    """Keep what a person said about a run."""
    run.record(RunEvent.Kind.NOTE, detail=text[:NOTE_MAX_LENGTH], actor=user)


@retry_on_conflict
def resume(run: IsolationRun, *, user: Any = None) -> bool:
    """Let a held run go on where it stopped."""
    if run.status != Status.HELD:
        return False
    with run.all_or_nothing():
        if not run.move_to(Status(run.held_from), actor=user, due_at=clock.now()):
            return False
        nudge_on_commit([run.pk])
    return True


def stop(run: IsolationRun, *, user: Any = None) -> bool:
    """Stop waiting for a run. Runflow has no cancel: what was sent may still be charged."""
    unsent = Status.QUEUED in (run.status, run.held_from) and not run.hinted_run_ids
    may_cost = run.cost is None and not unsent
    return run.status in STOPPABLE and run.move_to(
        Status.CANCELLED,
        reason=Reason.STOPPED,
        actor=user,
        due_at=clock.now() if may_cost else None,
    )
