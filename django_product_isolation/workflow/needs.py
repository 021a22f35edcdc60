"""Which stored files somebody still needs: the shop shows them, or a run may come back to them.

Asks the database only. Takes file names as they stand in the columns, and compares them exactly.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.apps import apps
from django.db import router
from django.db.models import FileField, Model

from django_product_isolation.models import IsolationRun


def in_use(names: set[str]) -> set[str]:
    """Those of ``names`` that the shop shows, or from which a run or a restore leads there.

    An image that was isolated twice is put back step by step: so what a result was made of is
    needed for as long as that result is.
    """
    if not names:
        return set()
    busy = shown(names) | awaited(names)
    made = made_from(names - busy)
    needed = in_use({one.result for one in made if one.result})
    return busy | {one.source for one in made if one.result in needed}


def shown(names: set[str]) -> set[str]:
    """Those that any file field of the shop points at, whether or not it can be isolated."""
    found: set[str] = set()
    for model, column in file_columns():
        rows = model._base_manager.using(router.db_for_write(model))
        found.update(rows.filter(**{f"{column}__in": names}).values_list(column, flat=True))
    return found & names


def file_columns() -> Iterator[tuple[type[Model], str]]:
    """Every file field of every table of the shop's."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            for field in model._meta.local_concrete_fields:
                if isinstance(field, FileField):
                    yield model, field.attname


def awaited(names: set[str]) -> set[str]:
    """Those that an open run began with or has brought in."""
    runs = IsolationRun.objects.open().order_by()
    sources = runs.filter(source_name__in=names).values_list("source_name", flat=True)
    results = runs.filter(result_name__in=names).values_list("result_name", flat=True)
    return {*sources, *results}


class Made(NamedTuple):
    """That a result was made of a source, and what became of it since when."""

    source: str
    result: str
    status: str
    since: datetime
    pk: uuid.UUID


def made_from(names: set[str]) -> list[Made]:
    """What the runs that began with one of ``names`` made of it.

    Of any status: a form that was opened before a restore may have brought its result back.
    """
    runs = IsolationRun.objects.filter(source_name__in=names).order_by()
    columns = ("source_name", "result_name", "status", "status_since", "pk")
    return [Made(*values) for values in runs.values_list(*columns)]
