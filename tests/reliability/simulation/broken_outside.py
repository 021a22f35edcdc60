"""Guards against what shops and Runflow have of their own, broken on purpose: names, a bin, time
zones, ids, outages, and receivers of signals. The table of all is in ``broken``.

Not here: names that only the database takes for one another, which SQLite does not.
"""

from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any
from unittest import mock
from uuid import UUID

from django.core.files.base import File
from django.db.models import F
from django.utils import timezone

from django_product_isolation import site_clock
from django_product_isolation.choices import Status
from django_product_isolation.host import Target, without_dimensions
from django_product_isolation.imaging import decoding
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.retention import file_pruning
from django_product_isolation.runflow import client, replies
from django_product_isolation.signals import image_applied, image_restored
from django_product_isolation.workflow import (
    callback_hints,
    lookup,
    planning,
    recording,
    start,
    steps,
    submit,
)

store_result = import_module("django_product_isolation.workflow.store_result")
FIND_SUPERSEDED, REFS_OF = submit.find_superseded, replies.refs_of
POINT_AND_GO = recording.point_and_go
patch = mock.patch.multiple


@contextmanager
def all_of(*breaks: Any) -> Any:
    with ExitStack() as stack:
        for one in breaks:
            stack.enter_context(one)
        yield


def path_of_the_shops(target: Target, pk: str, filename: str, *, beside: str = "") -> str:
    instance = target.instance(pk)
    return target.field.generate_filename(instance, filename)  # type: ignore[arg-type]


def store_anything(target: Target, path: str, content: "File[bytes]") -> str:
    return target.storage.save(path, content, max_length=target.name_max_length)


def superseded_unless_prepared(run: IsolationRun, target: Target) -> Any:
    """Only the first look counts."""
    return None if run.source_sha256 else FIND_SUPERSEDED(run, target)


def day_for_whoever_clicks(moment: Any) -> Any:
    return timezone.localtime(moment).date()


def begins_for_whoever_clicks(day: Any) -> Any:
    midnight = site_clock.datetime.combine(day, site_clock.time.min)
    return timezone.make_aware(midnight, timezone.get_current_timezone())


def believe_id(run: IsolationRun, runflow_run_id: str, **due: Any) -> bool:
    if run.status not in callback_hints.UNANSWERED:
        return False
    unanswered = IsolationRun.objects.filter(pk=run.pk, status=run.status, runflow_run_id=None)
    return bool(unanswered.update(runflow_run_id=runflow_run_id, **due))


def fail_with_hints(run: IsolationRun, known: Any) -> Any:
    """Whatever Runflow says of a foreign id is taken for the run's own trouble."""
    for run_id in run.hinted_run_ids.split():
        found = known.get_run(run_id, str(run.pk))
        if str(run.pk) in found.refs:
            return found, True
    return None, True


def trust_the_newest_hint(run: IsolationRun, known: Any) -> Any:
    """Whose it is is not asked."""
    for run_id in run.hinted_run_ids.split():
        try:
            return known.get_run(run_id, str(run.pk)), True
        except lookup.RunflowError:
            continue
    return None, True


def count_each(runs: RunQuerySet, pk: UUID) -> None:
    runs.filter(pk=pk).update(answered_looks=F("answered_looks") + 1)


def look_once(run: IsolationRun, found: Any) -> bool:
    return found.run is None and found.is_certain


def tell_first(run: IsolationRun, outcome: Any) -> bool:
    """Says so before it is so."""
    signals = {Status.APPLIED: image_applied, Status.RESTORED: image_restored}
    if signal := signals.get(outcome.status):
        target = run.target
        signal.send_robust(target.model, run=run, instance=target.instance(run.object_pk))
    return bool(POINT_AND_GO(run, outcome))


def refs(*names: str) -> Any:
    """Only these of the two by which a run of ours is known."""

    def refs_of(record: Any) -> tuple[str, str]:
        by_ref, by_metadata = REFS_OF(record)
        return by_ref * ("client_ref" in names), by_metadata * ("metadata" in names)

    return all_of(patch(replies, refs_of=refs_of), patch(client, refs_of=refs_of))


OUTSIDE: dict[str, Any] = {
    "a result goes where upload_to leads": lambda: patch(
        Target, path_for=path_of_the_shops, store=store_anything
    ),
    "a file of the shop's is called left over": lambda: all_of(
        patch(store_result, is_anothers=lambda *_: False, is_ours=bool),
        patch(file_pruning, is_ours=bool),
    ),
    "what lies in the bin is chosen": lambda: patch(planning, shown_rows=without_dimensions),
    "what lies in the bin is sent": lambda: patch(Target, shown_name=Target.current_name),
    "the bin is not looked into again before paying": lambda: patch(
        submit, find_superseded=superseded_unless_prepared
    ),
    "what a colleague ordered meanwhile is ordered again": lambda: patch(
        start, take_back_ordered_meanwhile=lambda *_: None
    ),
    "a day of the budget is that of whoever clicks": lambda: patch(
        site_clock, day_of=day_for_whoever_clicks, day_begins=begins_for_whoever_clicks
    ),
    "only client_ref proves a run": lambda: refs("client_ref"),
    "only metadata proves a run": lambda: refs("metadata"),
    "the id of a callback is believed": lambda: patch(callback_hints, note_hint=believe_id),
    "a foreign id is taken for the run's": lambda: all_of(
        patch(lookup, ask_for_hints=trust_the_newest_hint),
        patch(replies.Run, names_another=lambda *_: False),
    ),
    "a foreign id's refusal is the run's own": lambda: patch(lookup, ask_for_hints=fail_with_hints),
    "a link is sent unread": lambda: patch(submit, serves=lambda *_, **__: True),
    "a photo that came after a request is sent": lambda: patch(submit, was_sent=lambda _run: False),
    "a queued run that called back is sent": lambda: patch(submit, find_arrived=lambda *_: None),
    "what waits is sent under other settings": lambda: patch(
        submit, find_changed=lambda _run: None
    ),
    "another account's silence counts": lambda: patch(lookup, has_other_access=lambda _run: False),
    "an empty mount point is a shop without files": lambda: patch(
        Target, refuse_empty=lambda *_, **__: None
    ),
    "a lack of memory is the run's own doing": lambda: patch(steps, is_shortage=lambda _: False),
    "a lack of memory is the picture's fault": lambda: patch(decoding, is_shortage=lambda _: False),
    "given up after one look": lambda: patch(submit, is_surely_absent=look_once),
    "looks need not lie apart": lambda: patch(RunQuerySet, count_look=count_each),
    "the shop hears of a change before it": lambda: patch(recording, point_and_go=tell_first),
    "the shop never hears of a restore": lambda: mock.patch.object(
        image_restored, "send_robust", lambda *_, **__: None
    ),
    "the shop never hears of a result": lambda: mock.patch.object(
        image_applied, "send_robust", lambda *_, **__: None
    ),
}
