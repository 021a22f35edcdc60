"""Which runs speak of the file that a row shows now: asked in the database, for many rows.

One answer for whoever asks, by row and by file: of two rows that show one file, each has runs of
its own. ``admin.host.state_column`` says the same of rows that were read.
"""

from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Exists, Field, OuterRef

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.database.byte_comparison import is_key, is_same
from django_product_isolation.host import Target
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet


def runs_beside_rows() -> RunQuerySet:
    """All runs, for a subquery: read wherever the shop's rows are, be that a replica."""
    return IsolationRun.objects.using(None)


def runs_of_row(target: Target, column: str) -> RunQuerySet:
    """For a subquery over the target's rows: the row's runs whose ``column`` names its file.

    An index has all that is asked here, so that no run is read.
    """
    return of_row(runs_beside_rows().about(target), target, column)


def runs_of_row_by_any_name(target: Target, column: str) -> RunQuerySet:
    """The same, with runs of columns that ``IMAGES`` does not name: see ``move_isolations``."""
    return of_row(runs_beside_rows().about_no_other(target), target, column)


def of_row(runs: RunQuerySet, target: Target, column: str) -> RunQuerySet:
    runs = runs.filter(
        is_same(column_of_runs(column), OuterRef(target.field.attname)),
        is_key(column_of_runs("object_pk"), OuterRef("pk"), target.model),
    )
    return runs.exclude(**{column: ""}).order_by()  # what was pruned, and rows without a file


def column_of_runs(name: str) -> "Field[Any, Any]":
    return cast("Field[Any, Any]", IsolationRun._meta.get_field(name))


def began(target: Target, statuses: Iterable[Status]) -> Exists:
    """A run in one of these statuses began with the row's file."""
    return Exists(runs_of_row(target, "source_name").filter(status__in=list(statuses)))


def has_ended(target: Target) -> Exists:
    """A run that began with the row's file has ended, and its result is not shown.

    Said by what it is not, which takes one look into the index for each image, not one for each
    status.
    """
    others = OPEN_STATUSES | {Status.APPLIED}
    return Exists(runs_of_row(target, "source_name").exclude(status__in=others))


def is_result(target: Target, statuses: Iterable[Status]) -> Exists:
    """The row shows the result of a run of its own that is in one of these statuses."""
    return Exists(runs_of_row(target, "result_name").filter(status__in=list(statuses)))
