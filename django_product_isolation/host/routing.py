"""In which database the shop's rows are, by its routers, and whether that is ours.

Everything of ours is in the default database, and a swap is one transaction with it.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, router
from django.db.models import Model, QuerySet


def written_to(model: type[Model]) -> str:
    """The alias of the database that rows are written to, "" where the router does not say."""
    try:
        return router.db_for_write(model)
    except Exception:  # whatever the shop's own code raises, such as where no tenant is chosen
        return ""


def is_elsewhere(row: Model) -> bool:
    """Whether a row comes from another database and would be saved there."""
    if row._state.db in (None, DEFAULT_DB_ALIAS):
        return False
    return bool(router.db_for_write(type(row), instance=row) != DEFAULT_DB_ALIAS)


def are_elsewhere(rows: QuerySet[Any]) -> bool:
    """The same for a queryset, which an admin, or ``using``, may lead to other rows that have the
    same keys."""
    if rows.db == DEFAULT_DB_ALIAS:
        return False
    first = next(iter(rows[:1]), None)
    return isinstance(first, Model) and is_elsewhere(first)


def refuse_elsewhere(images: Model | QuerySet[Any]) -> None:
    """Raise ImproperlyConfigured for rows of another database."""
    if are_elsewhere(images) if isinstance(images, QuerySet) else is_elsewhere(images):
        raise ImproperlyConfigured(
            f'These rows are in another database than "{DEFAULT_DB_ALIAS}", where the tables of '
            "product isolation are: such images can neither be isolated nor restored."
        )
