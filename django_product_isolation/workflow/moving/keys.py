"""The runs of one image, to the primary key that it has now."""

from django.core.exceptions import ValidationError
from django.db import DataError, transaction
from django.db.models import F

from django_product_isolation.database.byte_comparison import is_exactly
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.database.transactions import retry_on_conflict
from django_product_isolation.host import Target
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet

from .names import CannotMove, Moved, target_called
from .runs import refuse_collisions, shut_out


def move_key(column: str, old: str, new: str, *, dry_run: bool = False) -> Moved:
    """Have the runs of the image whose primary key was ``old`` be those of the image ``new``.

    ``column`` is like ``catalogue.ProductImage.original``. Where a worker is at one of them, all
    are left and their batch counted. Raises CannotMove where ``column`` is not named in ``IMAGES``,
    there still is an image ``old``, there is none ``new``, or both have open runs.
    """
    target = target_called(column)
    runs = IsolationRun.objects.about(target).filter(is_exactly("object_pk", old)).order_by()
    if not runs.exists():
        return Moved()
    try:
        new = key_of(target, old, new)
    except (ValueError, ValidationError, DataError) as error:
        raise CannotMove(f"{old} and {new} are not both keys of {target.label}.") from error
    if dry_run:
        return Moved(runs.count(), runs.values("batch").distinct().count())
    return rename(runs, target, new)


@retry_on_conflict
def rename(runs: RunQuerySet, target: Target, new: str) -> Moved:
    """Raises CannotMove."""
    key = target.active_key(new)
    with transaction.atomic():
        # Written as they are, rows are locked on every database: who claims one of them waits here,
        # and then reads its key as it has become.
        runs.update(attempts=F("attempts"))
        pks = list(runs.values_list("pk", flat=True))
        locked = IsolationRun.objects.filter(pk__in=pks).order_by()
        batches = locked.values("batch").distinct().count()
        if locked.filter(lease_until__gt=DatabaseNow()).exists():
            return Moved(busy=batches)
        open_run = locked.exclude(active_key=None).first()
        if open_run:
            refuse_collisions({key: open_run.pk})
            locked.filter(pk=open_run.pk).update(active_key=key)
        shut_out(locked)
        locked.update(object_pk=new)
    return Moved(len(pks), batches)


def key_of(target: Target, old: str, new: str) -> str:
    """``new`` as runs write it. Raises CannotMove, ValueError, ValidationError, DataError."""
    if is_there(target, old):
        raise CannotMove(f"There still is a {target.label} {old}.")
    instance = target.instance(new)
    if instance is None:
        raise CannotMove(f"There is no {target.label} {new}.")
    return target.pk_of(instance)


def is_there(target: Target, key: str) -> bool:
    """Whether an image has that key; none has one of another kind than the column's."""
    try:
        with transaction.atomic():
            return target.current_name(key) is not None
    except (ValueError, ValidationError, DataError):
        return False
