"""All runs of an image field, to the name that it has now."""

import uuid
from collections.abc import Iterator, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import F

from django_product_isolation.choices import OPEN_STATUSES
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.database.transactions import retry_on_conflict
from django_product_isolation.host import Target, target_models
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset, Selection
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason

from .names import CannotMove, Column, Moved, target_called

BATCHES_AT_ONCE = 20
KEYS_AT_ONCE = 200  # few enough for the 999 parameters that SQLite takes in one statement


def move_runs(old: str, new: str, *, dry_run: bool = False) -> Moved:
    """Have the runs, selections and presets of the image field ``old`` be those of ``new``.

    Both are like ``catalogue.ProductImage.original``; there need be no ``old`` any more. What a
    worker is at is left, and counted. Raises CannotMove where ``old`` has runs and is still named
    in ``IMAGES``, ``new`` is not, or an image has open runs under both names. Where nothing is
    known of ``old``, nothing is asked.
    """
    before = Column.called(old)
    pks = batches_of(before)
    if not pks and not has_others(before):
        return Moved()
    target = target_called(new)
    refuse_collisions(keys_of(before.lost_runs, target))
    if dry_run:
        return Moved(before.lost_runs.count(), len(pks))
    moved = [move_batches(few, before, target) for few in in_parts(pks)]
    move_selections(before, target)
    move_presets(before, target)
    runs, batches = (sum(counts) for counts in zip((0, 0), *moved, strict=True))
    return Moved(runs, batches, len(pks) - batches)


def batches_of(before: Column) -> list[uuid.UUID]:
    """The batches that are to have another name. Raises CannotMove."""
    pks = set(before.lost_runs.values_list("batch_id", flat=True).distinct())
    labelled = IsolationBatch.objects.filter(before.batches).order_by()
    if not before.is_named:
        pks |= set(labelled.values_list("pk", flat=True))  # those without runs, too
    elif not pks and labelled.exists():
        raise CannotMove(f"{before} is still named in IMAGES, so its runs stay.")
    return sorted(pks)


def in_parts(pks: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    for start in range(0, len(pks), BATCHES_AT_ONCE):
        yield pks[start : start + BATCHES_AT_ONCE]


def keys_of(runs: RunQuerySet, target: Target) -> dict[str, uuid.UUID]:
    """The open ones of ``runs``, by the active keys that they are to have."""
    found = runs.filter(status__in=OPEN_STATUSES).values_list("pk", "object_pk")
    return {target.active_key(object_pk): pk for pk, object_pk in found}


def refuse_collisions(keys: Mapping[str, uuid.UUID]) -> None:
    """Raise CannotMove where the image of an open run has another open run by now."""
    names = list(keys)
    for start in range(0, len(names), KEYS_AT_ONCE):
        few = names[start : start + KEYS_AT_ONCE]
        others = IsolationRun.objects.filter(active_key__in=few).order_by()
        for key, pk in others.values_list("active_key", "pk"):
            if (moving := keys.get(key or "", pk)) != pk:
                raise CannotMove(
                    f"The runs {moving} and {pk} are both open, for one image. End one of them "
                    "first: in the admin's list of runs, or by a decision about its result."
                )


@retry_on_conflict
def move_batches(pks: Sequence[uuid.UUID], before: Column, target: Target) -> tuple[int, int]:
    """How many runs and batches were moved. Raises CannotMove."""
    with transaction.atomic():
        # Written as they are, rows are locked on every database: who claims one of the runs waits
        # here, and then reads its batch as it has become.
        runs = IsolationRun.objects.filter(batch__in=pks)
        runs.order_by().update(attempts=F("attempts"))
        busy = runs.filter(lease_until__gt=DatabaseNow()).order_by()
        free = set(pks) - set(busy.values_list("batch_id", flat=True))
        moved = relabel(IsolationRun.objects.filter(batch__in=free), target)
        batches = IsolationBatch.objects.filter(pk__in=free).order_by()
        for names in set(batches.values_list("model_label", "field_name")):
            bore = Column(*names)
            now = bore.followed(before, target)
            batches.filter(bore.batches).update(model_label=now.label, field_name=now.field)
    return moved, len(free)


def relabel(runs: RunQuerySet, target: Target) -> int:
    """Have locked runs be of that field; how many these are. Raises CannotMove."""
    shut_out(runs)
    keyed = list(runs.exclude(active_key=None).order_by().only("pk", "object_pk"))
    for run in keyed:
        run.active_key = target.active_key(run.object_pk)
    try:
        with transaction.atomic():
            IsolationRun.objects.bulk_update(keyed, ["active_key"], batch_size=KEYS_AT_ONCE)
    except IntegrityError as error:
        raise CannotMove("An image was ordered under its new name just now. Try again.") from error
    wake = runs.filter(status__in=OPEN_STATUSES, reason=Reason.FIELD_UNKNOWN)
    wake.order_by().update(due_at=DatabaseNow())
    return runs.order_by().update(image_column=target.column_number)


def shut_out(runs: RunQuerySet) -> None:
    """Have a worker whose lease ran out, and which may come to, find it gone for good."""
    runs.order_by().exclude(lease_owner=None).update(lease_owner=uuid.uuid4())


def has_others(before: Column) -> bool:
    """Whether selections or presets bear the name."""
    presets = Preset.objects.filter(default_model=before.label)
    is_gone = before.label not in named_labels()
    of_selections = Selection.objects.filter(before.batches)
    return not before.is_named and (of_selections.exists() or (is_gone and presets.exists()))


def named_labels() -> set[str]:
    return {model._meta.label_lower for model in target_models()}


def move_selections(before: Column, target: Target) -> None:
    if not before.is_named:
        now = {"model_label": target.label, "field_name": target.field.name}
        Selection.objects.filter(before.batches).update(**now)


def move_presets(before: Column, target: Target) -> None:
    """Have presets be the defaults of the model's new name, where that has none of its own."""
    if before.label in named_labels():
        return
    taken = Preset.objects.filter(default_model=target.label)
    categories = list(taken.values_list("default_category", flat=True))
    free = Preset.objects.filter(default_model=before.label).order_by()
    free.exclude(default_category__in=categories).update(default_model=target.label)
