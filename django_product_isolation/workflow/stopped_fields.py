"""Which fields nothing more is sent for: paid results of theirs could not be used.

What keeps one result out often keeps out all of its field, and shows only once one is paid for.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, Subquery, When

from django_product_isolation.choices import Status
from django_product_isolation.host import Target
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason

from .outcomes import GoTo, Outcome, Wait
from .timing import seconds_from_now

# What the storage does to one result, it does to all.
OF_THE_STORAGE = (
    Reason.STORAGE_CHANGES,
    Reason.NAME_TAKEN,
    Reason.NAME_REFUSED,
    Reason.MAKES_ROOM,
)
# What may be about one image alone, such as a rule of the model about its row.
OF_ONE_OR_ALL = (
    Reason.RESULT_REFUSED,
    Reason.NAME_TOO_LONG,
    Reason.STORAGE_FAILED,
    Reason.OUTPUT_MISSING,
    Reason.OUTPUT_UNREADABLE,
    Reason.RESULT_TOO_LARGE,
    Reason.OUTPUT_UNSAFE,
    Reason.OUTPUT_UNAVAILABLE,
    Reason.RESULT_MISSING,
    Reason.ORIGINAL_MISSING,
    Reason.CRASHED,
)
MANY = 2  # images in a row that tell of all of their field
LATEST = 50  # of the paid runs that wait, so many are looked at
PAUSE = 30.0  # seconds, while a result is tried again
TRIED_AGAIN = Q(status=Status.COLLECTING) | Q(status=Status.READY, review=False)


class Unused(NamedTuple):
    """A paid run whose result could not be used yet."""

    pk: UUID
    label: str
    why: str
    stage: str  # where it was held, or where it is tried again
    is_held: bool


def find_stopped(target: Target) -> Outcome | None:
    """What becomes of an unsent run of ``target`` while results like its own cannot be used; None
    where it may be sent.

    It is held while one result is, because of the storage, or two in a row, because of anything
    else. While they are tried again it waits, so that nothing overtakes them.
    """
    unused = latest_unused(target)
    if telling := telling_of_all(target, [run for run in unused if run.is_held]):
        return GoTo(Status.HELD, Reason.FIELD_STOPPED, listed(telling))
    if telling := telling_of_all(target, unused):
        return Wait(seconds_from_now(PAUSE), Reason.FIELD_STOPPED, listed(telling))
    return None


def listed(unused: Sequence[Unused]) -> str:
    return ", ".join(f"{run.label} ({run.why})" for run in unused)


def latest_unused(target: Target) -> list[Unused]:
    """The paid runs of the field that are held with their results, or were and are tried again;
    those that came last first. One query."""
    before = RunEvent.objects.filter(~Q(status=OuterRef("status")), run=OuterRef("pk"))
    before = before.filter(kind=RunEvent.Kind.STATUS).order_by("-at", "-pk")
    # What is tried again was held until now: any other status that it had has no such reason.
    why = Case(
        When(status=Status.HELD, then=F("reason")), default=Subquery(before.values("reason")[:1])
    )
    paid_for = Q(status=Status.HELD, held_from__in=(Status.COLLECTING, Status.READY))
    runs = IsolationRun.objects.about(target).filter(paid_for | TRIED_AGAIN).annotate(why=why)
    found = runs.filter(why__in=(*OF_THE_STORAGE, *OF_ONE_OR_ALL)).order_by("-status_since")
    rows = found.values_list("pk", "label", "why", "held_from", "status")[:LATEST]
    return [
        Unused(pk, label, why, held_from or status, is_held=status == Status.HELD)
        for pk, label, why, held_from, status in rows
    ]


def telling_of_all(target: Target, unused: Sequence[Unused]) -> Sequence[Unused]:
    """Those among ``unused`` that tell what would become of any result of the field; none where
    they may be about single images."""
    if sure := [run for run in unused if run.why in OF_THE_STORAGE]:
        return sure[:1]
    latest = unused[:MANY]
    return latest if len(latest) == MANY and not went_well_since(target, latest) else ()


def went_well_since(target: Target, latest: Sequence[Unused]) -> bool:
    """Whether a result of the field has come further than ``latest`` since the first of them."""
    refused_late = any(run.stage == Status.READY for run in latest)
    further = [Status.APPLIED] if refused_late else [Status.READY, Status.APPLIED]
    first = IsolationRun.objects.filter(pk=latest[-1].pk).values("status_since")
    runs = IsolationRun.objects.about(target).filter(status__in=further)
    return runs.filter(status_since__gte=Subquery(first)).exists()
