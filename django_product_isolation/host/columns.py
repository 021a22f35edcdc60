"""Which column an image field is, whatever model it is looked at through.

A proxy, a child of multi-table inheritance and an unmanaged twin of a table show the same column
as the model that it belongs to.
"""

from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model

from .routing import written_to


def owners(field: Any) -> list[type[Model]]:
    """The models whose own table has the column; several where two are of one table."""
    model = field.model
    found = [
        known
        for known in apps.get_models()
        if known._meta.db_table == model._meta.db_table
        and not known._meta.proxy
        and written_to(known) == written_to(model)
    ]
    return sorted(found, key=lambda known: (not known._meta.managed, known._meta.label_lower))


def column_of(field: Any) -> str:
    """A name that all fields of the same column share, such as ``catalogue.productimage.image``."""
    for owner in owners(field):
        for own in owner._meta.local_concrete_fields:
            if own.column == field.column:
                return f"{owner._meta.label_lower}.{own.name}"
    return f"{field.model._meta.label_lower}.{field.name}"


@lru_cache(maxsize=1000)
def column_named(label: str, name: str) -> str:
    """The column that a batch is about, by the model label and the field name that it bears."""
    try:
        return column_of(apps.get_model(label)._meta.get_field(name))
    except (LookupError, ValueError, FieldDoesNotExist):
        return f"{label}.{name}"


def column_number(column: str) -> int:
    """A number for a name of ``column_of``, which is as good as its own."""
    return int.from_bytes(sha256(column.encode()).digest()[:8], "big") >> 1  # columns are signed


def names_of(field: Any) -> tuple[tuple[str, str], ...]:
    """Label and field name of every model that shows the column."""
    tables = tuple(owners(field)) or (field.model,)
    return tuple(
        (model._meta.label_lower, shown.name)
        for model in apps.get_models()
        if issubclass(model, tables)
        for shown in model._meta.concrete_fields
        if shown.column == field.column and shown.model in tables
    )


def has_key_of(model: type[Model], owner: type[Model]) -> bool:
    """Whether rows of ``model`` have the primary key of their row in the table of ``owner``."""
    pk: Any = model._meta.pk
    while pk.model._meta.concrete_model is not owner._meta.concrete_model:
        if not pk.remote_field or not pk.remote_field.parent_link:
            return False
        pk = pk.remote_field.model._meta.pk
    return True
