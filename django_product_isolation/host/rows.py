"""Reading the host's rows without opening their files.

Django opens the file of an image field whose dimension columns are empty when a row is read.
"""

from typing import Any

from django.db.models import ImageField, Model, QuerySet


def without_dimensions(model: type[Model]) -> QuerySet[Any]:
    """All rows, with image fields that have dimension columns deferred.

    Django opens the file of such a field when a row with empty dimensions is read.
    """
    opening = [
        field.name
        for field in model._meta.get_fields()
        if isinstance(field, ImageField) and any(dimension_columns(field))
    ]
    return model._base_manager.defer(*opening)


def dimension_columns(field: ImageField) -> tuple[str | None, str | None]:
    """The names of the columns that hold width and height, None where there is none."""
    return getattr(field, "width_field", None), getattr(field, "height_field", None)
