"""Removing, on purpose, what is old: ended runs, results that nobody uses, originals let go.

Knows what may be asked for, and when a row may go: no file and no money must be forgotten with it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from django_product_isolation import site_clock
from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.host import Target, get_targets
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent, Selection
from django_product_isolation.models.querysets import RunQuerySet

from .file_pruning import CHUNK, ORIGINAL, RESULT, FilePruning, Tally
from .references import in_use

# Longer than any step, so that no worker still writes what is deleted.
MIN_FILE_DAYS = 1
# A form that is sent once more is known by its batch.
MIN_ROW_DAYS = 30
MAX_DAYS = 36_500
UNUSED_NAME = "isolated-" + "0" * 32  # a name that no file has


def prune(
    *,
    rows: int | None = None,
    results: int | None = None,
    originals: int | None = None,
    target: Target | None = None,
    dry_run: bool = False,
    tally: Tally | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> Tally:
    """Remove what is older than so many days; what is not asked for is left alone.

    The days count from a run's last change of status. ``target`` narrows it to one image field.
    Selections of more than 30 days go in any case: nobody orders from them any more.
    ``tally`` is counted up on the way, ``tell`` gets a line for each file. Runs come first, and
    wait until their files are gone, so that a dry run says exactly what the next start does.
    Raises ValueError for days that are out of range, CannotAsk before anything is removed when
    a table that may hold file names does not answer.
    """
    within("rows", rows, MIN_ROW_DAYS)
    within("results", results, MIN_FILE_DAYS)
    within("originals", originals, MIN_FILE_DAYS)
    tally = Tally() if tally is None else tally
    fields = [target] if target else list(get_targets().values())
    if results is not None or originals is not None:
        for field in fields:
            in_use(
                {UNUSED_NAME}, field
            )  # before anything goes, if some table does not say what it holds
    prune_selections(tally, dry_run=dry_run)
    if rows is not None:
        prune_rows(days_ago(rows), target, tally, dry_run=dry_run)
    for field in fields:
        for role, days in ((RESULT, results), (ORIGINAL, originals)):
            if days is not None:
                FilePruning(field, role, days_ago(days), tally, tell, dry_run).run()
    return tally


def within(name: str, days: int | None, least: int) -> None:
    if days is not None and not least <= days <= MAX_DAYS:
        raise ValueError(f"{name} takes {least} to {MAX_DAYS} days.")


def days_ago(days: int) -> datetime:
    return site_clock.now() - timedelta(days=days)


def prune_selections(tally: Tally, *, dry_run: bool = False) -> None:
    """Delete what was chosen and, in the time that a row is kept at least, not ordered or done."""
    old = Selection.objects.filter(created_at__lt=days_ago(MIN_ROW_DAYS))
    tally.selections = old.count() if dry_run else old.delete()[0]


def prune_rows(
    cutoff: datetime, target: Target | None, tally: Tally, *, dry_run: bool = False
) -> None:
    """Delete ended runs with their events, then the batches that are empty."""
    # Budgets count the rows of the current month.
    month = site_clock.month_begins(site_clock.now())
    batches = IsolationBatch.objects.filter(created_at__lt=min(cutoff, month))
    if target:
        batches = batches.filter(model_label=target.label, field_name=target.field.name)
    runs = forgettable(cutoff).filter(batch__in=batches)
    kept = IsolationRun.objects.filter(batch=OuterRef("pk"))
    if dry_run:
        tally.runs = runs.count()
        tally.batches = batches.exclude(Exists(kept.exclude(pk__in=runs.values("pk")))).count()
        return
    for chunk in delete_in_chunks(runs):
        tally.runs += chunk
    for chunk in delete_in_chunks(batches.exclude(Exists(kept))):
        tally.batches += chunk


def forgettable(cutoff: datetime) -> RunQuerySet:
    """Ended runs that wait for nothing and know of no file that only they know."""
    left_over = RunEvent.objects.filter(run=OuterRef("pk"), kind=RunEvent.Kind.LEFTOVER)
    return (
        IsolationRun.objects.exclude(status__in=OPEN_STATUSES)
        .filter(~Q(status=Status.APPLIED) | Q(source_name=""))
        .filter(status_since__lte=cutoff, due_at=None, result_name="")
        .exclude(Exists(left_over))
    )


def delete_in_chunks(rows: QuerySet[IsolationRun] | QuerySet[IsolationBatch]) -> Iterator[int]:
    """Delete ``rows`` and all that hangs on them; give how many at a time."""
    while pks := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        rows.filter(pk__in=pks).delete()
        yield len(pks)
