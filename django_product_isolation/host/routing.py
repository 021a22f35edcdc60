"""In which database the shop's rows are, by its routers, and whether that is ours.

Everything of ours is in the default database, and a swap is one transaction with it.
"""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.models import Model, QuerySet


def written_to(model: type[Model]) -> str:
    """The alias of the database that rows are written to, "" where the router does not say."""
    try:
        return router.db_for_write(model)
    except Exception:  # whatever the shop's own code raises, such as where no tenant is chosen
        return ""


def is_elsewhere(rows: "QuerySet[Any] | Model") -> bool:
    """Whether these rows, or this row, come from another database than the router's.

    A queryset's ``using``, or an admin that has one, leads to other rows under the same keys.
    """
    alias = rows.db if isinstance(rows, QuerySet) else rows._state.db
    model = rows.model if isinstance(rows, QuerySet) else type(rows)
    if alias in (None, DEFAULT_DB_ALIAS) or alias == router.db_for_read(model):
        return False
    mirror = connections[alias].settings_dict["TEST"]["MIRROR"]
    return bool(mirror != DEFAULT_DB_ALIAS)


def refuse_elsewhere(rows: "QuerySet[Any] | Model") -> None:
    """Raise ImproperlyConfigured for rows of another database."""
    if is_elsewhere(rows):
        raise ImproperlyConfigured(
            f'These rows are in another database than "{DEFAULT_DB_ALIAS}", where the tables of '
            "product isolation are: images there cannot be isolated or restored."
        )
