"""The shop's own tables and their columns, wherever they are, and asking them.

Knows nothing of files.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

from django.apps import apps
from django.db import DatabaseError, connections, router, transaction
from django.db.models import F, Field, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.db.models.lookups import IContains

OUR_APP = "product_isolation"


class CannotAsk(DatabaseError):
    """A table that may hold file names did not answer, so nobody knows which files are needed."""

    def __init__(self, model: type[Model], database: str, error: Exception) -> None:
        super().__init__(
            f'The table "{model._meta.db_table}" of {model._meta.label} in the database '
            f'"{database}" does not say which files it holds ({type(error).__name__}), so no file '
            "was deleted. Create the table, give this user the right to read it, or remove the "
            "model; then start again."
        )


class Column(NamedTuple):
    """Where names may stand: one in each row or, in an array of PostgreSQL's, many."""

    model: type[Model]
    name: str
    holds: "Field[Any, Any]"  # in an array, what its innermost elements are
    is_array: bool

    def has_one_of(self, names: Collection[str]) -> Q:
        """Arrays are compared by their elements, however deep these are."""
        return Q(**{f"{self.name}__{'overlap' if self.is_array else 'in'}": list(names)})

    def has_in_it(self, part: str) -> Q:
        if not self.is_array:
            return Q(**{f"{self.name}__icontains": part})
        return Q(IContains(self.as_text(), part))

    def as_text(self) -> "Func":
        """What it holds as mere text, whatever its field makes of values; elements behind ``/``."""
        if not self.is_array:
            return Cast(F(self.name), TextField())
        # Cast to text, an array would quote some of its elements.
        return Func(self.name, Value("/"), function="array_to_string", output_field=TextField())


def columns_of_the_shop() -> Iterator[Column]:
    for model in apps.get_models(include_auto_created=True):
        if model._meta.app_label != OUR_APP:
            for field in model._meta.local_concrete_fields:
                # By its lookup: the class itself is there only where psycopg is.
                is_array = hasattr(field, "base_field") and bool(field.get_lookup("overlap"))
                yield Column(model, field.attname, innermost(field), is_array)


def innermost(field: "Field[Any, Any]") -> "Field[Any, Any]":
    """What the elements of an array are, and of the arrays in it; any other field as it is."""
    while isinstance(inner := getattr(field, "base_field", None), Field):
        field = inner
    return field


class FilledTables:
    """Where the shop's tables have rows, each asked once: most tables of a shop may be empty, and
    hold no name.

    Of one search alone: what is empty now may be filled a moment later.
    """

    def __init__(self) -> None:
        self._known: dict[type[Model], list[str]] = {}

    def databases_of(self, model: type[Model]) -> list[str]:
        if model not in self._known:
            self._known[model] = [name for name in databases_of(model) if has_rows(model, name)]
        return self._known[model]


def has_rows(model: type[Model], database: str) -> bool:
    """Whether a table has any; also where it does not answer, so that its columns are asked."""
    try:
        with rows_to_ask(model, database) as rows:
            return rows.exists()
    except CannotAsk:
        return True


def databases_of(model: type[Model]) -> Iterator[str]:
    """Where the rows of a model are: by the routers, and wherever else its table stands."""
    home = router.db_for_read(model)
    # Django makes no table for a model that wants another kind of database.
    if model._meta.required_db_vendor in (None, connections[home].vendor) or has_table(model, home):
        yield home
    for database in connections:
        if database != home and has_table(model, database):
            yield database


def has_table(model: type[Model], database: str) -> bool:
    """Whether a database that need not have the model's table has it. Raises CannotAsk."""
    connection = connections[database]
    try:
        tables = connection.introspection.table_names(include_views=True)
    except Exception as error:
        raise CannotAsk(model, database, error) from error
    return model._meta.db_table in tables


@contextmanager
def rows_to_ask(model: type[Model], database: str) -> Iterator[QuerySet[Model]]:
    """All rows of a table, also those that the shop hides: what is hidden can come back.

    Raises CannotAsk for whatever is raised meanwhile, also by fields that cannot be looked up,
    such as encrypted ones.
    """
    # A failed statement spoils a transaction that somebody else has begun: it gets one of its own.
    in_block = connections[database].in_atomic_block
    try:
        with transaction.atomic(using=database) if in_block else nullcontext():
            yield QuerySet(model, using=database)
    except Exception as error:
        raise CannotAsk(model, database, error) from error
