"""What an event says beside its kind, in the reader's words."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent

from .finding_counts import in_words

Kind = RunEvent.Kind
CHANGED_STATUSES = frozenset({Status.APPLIED, Status.RESTORED})  # the image was changed


def detail_of(event: RunEvent) -> str:
    """The event's detail; ids of findings by their titles."""
    if event.kind == Kind.AT_ONCE:
        return in_words(event.detail) or _("nothing found")
    if event.kind == Kind.APPROVED and event.detail:
        return _("in spite of: %(findings)s") % {"findings": in_words(event.detail)}
    return event.detail


def changes_of(runs: Iterable[IsolationRun]) -> dict[UUID, RunEvent]:
    """By run, the event of the change of the image that it ended with; one query, none for none."""
    status_of = {run.pk: run.status for run in runs if run.status in CHANGED_STATUSES}
    if not status_of:
        return {}
    events = RunEvent.objects.filter(
        run__in=status_of, kind=Kind.STATUS, status__in=CHANGED_STATUSES, reason=""
    )
    ordered = events.select_related("actor").order_by("at", "pk")
    return {event.run_id: event for event in ordered if event.status == status_of[event.run_id]}


def verdicts_of(runs: Iterable[IsolationRun]) -> dict[UUID, list[str]]:
    """By run, how its result came to be published, where results were compared; one query."""
    judged = [run.pk for run in runs if run.doubt is not None]
    if not judged:
        return {}
    events = RunEvent.objects.filter(run__in=judged, kind__in=[Kind.AT_ONCE, Kind.APPROVED])
    said: dict[UUID, list[str]] = {}
    for event in events.select_related("actor").order_by("at", "pk"):
        said.setdefault(event.run_id, []).append(sentence_of(event))
    return said


def sentence_of(event: RunEvent) -> str:
    """Such an event as one line."""
    parts = {
        "what": event.get_kind_display(),
        "who": event.actor or "",
        "detail": detail_of(event),
    }
    if event.kind == Kind.AT_ONCE:
        return _("%(what)s: %(detail)s") % parts
    if event.actor and event.detail:
        return _("Approved by %(who)s, %(detail)s") % parts
    return _("Approved by %(who)s") % parts if event.actor else str(parts["what"])
