"""The field that a model's primary keys are really kept in."""

from typing import Any

from django.db.models import Model


def key_field(model: type[Model]) -> Any:
    """Its primary key, or what that refers to: the key of a child table is its parent's."""
    field: Any = model._meta.pk
    while field.remote_field:
        field = field.target_field
    return field
