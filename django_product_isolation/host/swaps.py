"""Pointing a row's image at another file, and writing its dimensions beside it.

The only write to the host's rows.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import FileField, Model

from django_product_isolation.database.byte_comparison import is_exactly
from django_product_isolation.database.outages import is_away
from django_product_isolation.database.transactions import summary

from .rows import dimension_names, written_rows


class SwapRefused(Exception):
    """The database takes no row that shows this file; the text says why, without any value."""


def swap(
    field: FileField,
    pk: str,
    *,
    old: str,
    new: str,
    size: tuple[int, int],
    columns: Mapping[str, Any],
) -> bool:
    """Point ``field`` of one row from ``old`` to ``new``, ``size`` (width, height) in pixels.

    One conditional UPDATE of exactly the image column, its dimension columns and ``columns``, which
    say more of the file; those in tables of parents or children follow it. False when the field no
    longer points at ``old``. Raises SwapRefused, after which the transaction around it can go on.
    """
    pixels = {name: side for name, side in zip(dimension_names(field), size, strict=True) if name}
    beside = {**pixels, **columns}
    try:
        with transaction.atomic():
            if not point(field, pk, old, new, beside):
                return False
            refuse_other_name(field, pk, new)
            for model, written in elsewhere(field, beside):
                rows = written_rows(model).filter(**{field.model._meta.pk.attname: pk})
                rows.update(**written)
            if connection.features.supports_deferrable_unique_constraints:
                connection.check_constraints()  # now, and not as the run's own failure to commit
    except DatabaseError as error:
        if is_away(error):
            raise
        raise SwapRefused(words_of(field.model, error)) from error
    return True


def point(field: FileField, pk: str, old: str, new: str, beside: Mapping[str, Any]) -> bool:
    # Django turns an UPDATE of two tables of multi-table inheritance into a SELECT and UPDATEs by
    # key, which would lose the condition: only the table that has the image takes part.
    own = written_in(field.model, beside)
    row = written_rows(field.model).filter(is_exactly(field.attname, old), pk=pk)
    return bool(row.update(**{field.attname: new}, **own))


def refuse_other_name(field: FileField, pk: str, name: str) -> None:
    """Raise SwapRefused where the row shows another file now: triggers may change what is written,
    and the database says that it was."""
    rows = written_rows(field.model).filter(pk=pk)
    if rows.values_list(field.attname, flat=True).first() != name:
        raise SwapRefused("The database keeps another file name than it is given.")


def read_columns(field: FileField, pk: str, names: Iterable[str]) -> dict[str, Any]:
    """What the row holds in these columns, as they take it back; names of no column are left out.

    Wherever ``swap`` would write them.
    """
    asked: dict[str, Any] = dict.fromkeys(names)
    found: dict[str, Any] = {}
    for model, columns in [(field.model, written_in(field.model, asked)), *elsewhere(field, asked)]:
        rows = written_rows(model).filter(**{field.model._meta.pk.attname: pk})
        row = rows.values(*columns).first() if columns else None
        for column in model._meta.concrete_fields:
            if row and column.name in row:
                found[column.name] = column.get_prep_value(row[column.name])
    return found


def elsewhere(
    field: FileField, beside: Mapping[str, Any]
) -> Iterator[tuple[type[Model], dict[str, Any]]]:
    """Columns that are in other tables than the image's, by a model whose rows have them."""
    owner = field.model
    for model in apps.get_models():
        is_kin = issubclass(model, owner) or issubclass(owner, model)
        if is_kin and model is not owner and (columns := written_in(model, beside)):
            yield (owner if issubclass(owner, model) else model), columns


def written_in(model: type[Model], beside: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are columns of the model's own table: any attribute may be named."""
    own = {column.name for column in model._meta.local_concrete_fields}
    return {name: value for name, value in beside.items() if name in own}


def words_of(model: type[Model], error: DatabaseError) -> str:
    """The words of the model's own constraints that the database names, else the kind of error."""
    told = str(error)
    found = [
        str(constraint.get_violation_error_message())
        for known in (model, *model._meta.all_parents)
        for constraint in known._meta.constraints
        if constraint.name in told
    ]
    return " ".join(found) or summary(error)
