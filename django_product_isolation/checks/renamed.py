"""Runs that cannot find their images: of columns that ``IMAGES`` does not name, or not any more."""

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ValidationError
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.host import Target, get_targets
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.workflow.moving import Column

# Under way, or showing a result whose original could be put back.
NEEDS_ITS_IMAGE = Q(status__in=OPEN_STATUSES) | (Q(status=Status.APPLIED) & ~Q(source_name=""))
ASKED = 20  # runs, of the newest, that images are looked for by


def check_renamed() -> Iterator[CheckMessage]:
    """Two queries while all is well; none is answered before ``migrate`` has made our tables."""
    try:
        with transaction.atomic(using=DEFAULT_DB_ALIAS):
            lost = lost_columns()
            found = [finding(column) for column in lost]
    except (DatabaseError, ImproperlyConfigured):  # E003 speaks of IMAGES
        return
    yield from found


def lost_columns() -> list[Column]:
    """The names under which runs were ordered that need their images and cannot find them."""
    named = IsolationBatch.objects.order_by().values_list("model_label", "field_name").distinct()
    gone = [column for column in (Column(*pair) for pair in named) if not column.is_named]
    needy = IsolationRun.objects.filter(NEEDS_ITS_IMAGE).order_by()
    adrift = list(needy.about_none().values_list("image_column", flat=True).distinct())
    if not gone and not adrift:
        return []
    lost = Q(image_column__in=adrift)
    for column in gone:
        lost |= Q(batch__model_label=column.label, batch__field_name=column.field)
    pairs = needy.filter(lost).values_list("batch__model_label", "batch__field_name").distinct()
    return sorted((Column(*pair) for pair in pairs), key=str)


def finding(column: Column) -> CheckMessage:
    """An error where images are known to show their files.

    But none that would keep ``migrate`` from the migration that mends it.
    """
    runs = column.lost_runs.filter(NEEDS_ITS_IMAGE)
    targets = list(get_targets().values())
    now = [target for target in targets if shows(target, runs)]
    likely = now or ([] if is_there(column) else targets)
    names = [f"{target.label}.{target.field.name}" for target in likely]
    new = names[0] if len(names) == 1 else "NEW"
    text = f"{runs.count()} runs are about {column}, and cannot find their images by that name."
    hint = (
        f"If it was renamed, run: python manage.py move_isolations {column} {new}. Until then "
        "these images show no state, and nothing leads back to their originals. If IMAGES is not "
        "to name it any more, let its open runs end first. To take a rename back: migrate "
        "--skip-checks."
    )
    if now and is_migrated():
        return Error(text, hint=hint, id="product_isolation.E046")
    return Warning(text, hint=hint, id="product_isolation.W041")


def is_there(column: Column) -> bool:
    """Whether the shop has a field of that name still, so that none may have been renamed."""
    try:
        apps.get_model(column.label)._meta.get_field(column.field)
    except (LookupError, ValueError, FieldDoesNotExist):
        return False
    return True


def shows(target: Target, runs: RunQuerySet) -> bool:
    """Whether images of that field show files of these runs."""
    newest = runs.order_by("-batch__created_at")[:ASKED]
    files = {
        pk: set(names)
        for pk, *names in newest.values_list("object_pk", "source_name", "result_name")
    }
    try:
        with transaction.atomic(using=DEFAULT_DB_ALIAS):
            shown = target.current_names(list(files))
    except (
        DatabaseError,
        ValueError,
        ValidationError,
    ):  # no such table yet, or keys of another kind
        return False
    return any(name and name in files[pk] for pk, name in shown.items())


def is_migrated() -> bool:
    """Whether no migration is to be run that may mend it."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
