"""The end of a story: faults stop, time passes, and everything has to come to rest (I10)."""

from datetime import timedelta
from functools import cache
from typing import Any

from django.db.models import Q

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import resume

from .questions import Question

HORIZON = timedelta(hours=25)
SWEEP = 15 * 60  # seconds
# What a run may be held for: all that only a person can judge or repair.
HELD_FOR = frozenset(
    {
        Reason.NO_CREDIT,
        Reason.KEY_REFUSED,
        Reason.REQUEST_REFUSED,
        Reason.STILL_NOT_REACHED,
        Reason.STILL_UNCONFIRMED,
        Reason.ORDERED_OTHERWISE,
        Reason.RUN_MISSING,
        Reason.TOO_LONG,
        Reason.OUTPUT_MISSING,
        Reason.OUTPUT_UNAVAILABLE,
        Reason.OUTPUT_UNREADABLE,
        Reason.RESULT_TOO_LARGE,
        Reason.OUTPUT_UNSAFE,
        Reason.STORAGE_FAILED,
        Reason.STORAGE_CHANGES,
        Reason.FIELD_STOPPED,
        Reason.RESULT_MISSING,
        Reason.NAME_TAKEN,
        Reason.NAME_REFUSED,
        Reason.ORIGINAL_MISSING,
        Reason.CRASHED,
    }
)
ENDED = (Status.FAILED, Status.CANCELLED)


def calm(world: Any) -> None:
    """No more faults, from anybody."""
    world.points.calm()
    world.database.calm()
    world.network.faults.clear()
    world.storage.faults.clear()
    world.points.skews.clear()
    world.broker.is_down = False
    world.broker.bag.clear()


def come_to_rest(world: Any, *, longest_skew: timedelta = timedelta()) -> None:
    """Sweep every 15 minutes for 25 hours; what nobody is due for is not waited for.

    Nor are ended runs that Runflow never got: the app asks about them for a week.
    """
    ends = world.clock.true() + HORIZON + 2 * longest_skew
    while (due := next_due(world.runflow)) is not None:
        if due > world.clock.true():
            ticks = -(-(due - world.clock.true()).total_seconds() // SWEEP)
            world.clock.advance(ticks * SWEEP)
        if world.clock.true() > ends:
            world.violation(f"I10 not at rest after 25 hours: {unfinished()}")
            return
        world.sweep()
    for status, reason, review in unfinished():
        if status == Status.HELD and reason in HELD_FOR:
            continue
        if status == Status.READY and review:
            continue
        world.violation(f"I10 rests as {status} because of {reason!r}")


def resume_all(world: Any) -> bool:
    """A person presses Resume on everything that is held; False when nothing was."""
    held = list(IsolationRun.objects.filter(status=Status.HELD))
    for run in held:
        world.work("web", resume, run, user=world.shop.people[0])
    return bool(held)


def next_due(runflow: Any = None) -> Any:
    """When the next run wants attention, None when none does.

    With ``runflow`` only what can still come to something there counts.
    """
    known = runflow and {entry.client_ref for entry in runflow.ledger}
    return min(
        (
            max(due_at, lease_until or due_at)
            for due_at, lease_until, status, pk in moments().rows()
            if known is None or status not in ENDED or str(pk) in known
        ),
        default=None,
    )


@cache
def moments() -> Question:
    waiting = IsolationRun.objects.exclude(due_at=None).order_by()
    return Question(waiting.values_list("due_at", "lease_until", "status", "pk"))


def is_anything_due(world: Any) -> bool:
    """Whether a worker would find something to do now."""
    now = world.clock.true()
    return any(
        due_at <= now and (lease_until is None or lease_until <= now)
        for due_at, lease_until, _status, _pk in moments().rows()
    )


@cache
def waiting_for_people() -> Question:
    """The keys of runs that only a person takes on, longest waiting first."""
    waiting = Q(status=Status.HELD) | Q(status=Status.READY, review=True)
    return Question(
        IsolationRun.objects.filter(waiting).order_by("status_since").values_list("pk", "status")
    )


def unfinished() -> list[tuple[str, str, bool]]:
    runs = IsolationRun.objects.filter(status__in=OPEN_STATUSES)
    return list(runs.values_list("status", "reason", "review"))
