"""Which stored files the shop's own tables hold, as far as a database can be asked.

Knows nothing of runs. In doubt a file is held.
"""

import unicodedata
from collections.abc import Collection, Iterator
from contextlib import nullcontext, suppress
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import quote, unquote

from django.apps import apps
from django.core.files.storage import Storage
from django.db import DatabaseError, connections, router, transaction
from django.db.models import (
    CharField,
    Field,
    FileField,
    FilePathField,
    Func,
    Model,
    Q,
    QuerySet,
    TextField,
    URLField,
    Value,
)
from django.db.models.lookups import IContains

from .adapters import adapter_for

OUR_APP = "product_isolation"
CHUNK = 100  # names asked for at a time: each is a condition of its own


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
        # Cast to text, an array would quote some of its elements.
        text = Func(self.name, Value("/"), function="array_to_string", output_field=TextField())
        return Q(IContains(text, part))


def held(names: Collection[str], storages: Collection[Storage] = ()) -> set[str]:
    """Those of ``names`` that a column of the shop's holds, or that a file field falls back to.

    With ``storages``, where the files may be, those columns count too that may write the same file
    in another way: paths, addresses and file fields of other storages hold whatever is called so.

    Names that differ in case, accents' spelling or outer blanks alone count as one: some storages
    take them for one, and some columns pad what they hold. Raises CannotAsk.
    """
    found = placeholders()
    for column in name_columns():
        for database in databases_of(column.model):
            found |= ask(column, database, column.has_one_of(names))
    loosely = {loose(name) for name in found}
    exactly = {name for name in names if loose(name) in loosely}
    if not storages:
        return exactly
    return exactly | held_elsewhere(set(names) - exactly, storages)


def held_elsewhere(names: Collection[str], storages: Collection[Storage]) -> set[str]:
    """Those of ``names`` whose last part stands in a column that writes names in its own way."""
    found: set[str] = set()
    for column in place_columns(storages):
        for database in databases_of(column.model):
            unread = iter(sorted(names))
            while chunk := list(islice(unread, CHUNK)):
                places = ask(column, database, ends_like_one_of(column, chunk))
                written = [f"/{loose(unquote(place))}".replace("\\", "/") for place in places]
                ends = {name: f"/{loose(last_part(name))}" for name in chunk}
                found |= {name for name in chunk if any(ends[name] in place for place in written)}
    return found


def ends_like_one_of(column: Column, names: Collection[str]) -> Q:
    """Finds a bit more, since an address may go on behind the name."""
    parts = {
        unicodedata.normalize(form, last_part(name)) for name in names for form in ("NFC", "NFD")
    }
    spelled = sorted(parts | {quote(part) for part in parts})
    return Q(*(column.has_in_it(part) for part in spelled), _connector=Q.OR)


def last_part(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]


def loose(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip()


def name_columns() -> Iterator[Column]:
    """Every file field of every table of the shop's, and text columns of the same names.

    Those are copies that others keep: a history (django-simple-history writes file fields as
    text), an order's own picture, a feed. Of arrays all: a gallery is called as no field is.
    """
    columns = list(columns_of_the_shop())
    copied = {column.name for column in columns if isinstance(column.holds, FileField)}
    for column in columns:
        is_text = isinstance(column.holds, CharField | TextField)
        is_copy = is_text and (column.is_array or column.name in copied)
        if isinstance(column.holds, FileField) or is_copy:
            yield column


def place_columns(storages: Collection[Storage]) -> Iterator[Column]:
    """Every column that may lead to a file of ``storages`` without holding its name."""
    for column in columns_of_the_shop():
        field = column.holds
        is_file = isinstance(field, FileField) and not are_same(
            adapter_for(field).storages(), storages
        )
        if is_file or isinstance(field, FilePathField | URLField):
            yield column


def are_same(ones: Collection[Storage], others: Collection[Storage]) -> bool:
    """Whether names in the ones are surely names in the others."""
    return len(ones) == len(others) and all(map(is_same, ones, others))


def is_same(one: Storage, other: Storage) -> bool:
    """Whether both are surely the same place, with the same names."""
    if one is other or one == other:
        return True
    configured = [getattr(storage, "deconstruct", None) for storage in (one, other)]
    return all(configured) and len({repr(told()) for told in configured if told}) == 1


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


def ask(column: Column, database: str, condition: Q) -> set[str]:
    """What the column holds where ``condition`` is true, by the database's own idea of equal.

    Raises CannotAsk.
    """
    # A failed statement spoils a transaction that somebody else has begun: it gets one of its own.
    in_block = connections[database].in_atomic_block
    try:
        with transaction.atomic(using=database) if in_block else nullcontext():
            # No manager of the shop's, which may hide rows: what is hidden can come back.
            rows: QuerySet[Model] = QuerySet(column.model, using=database)
            found = rows.filter(condition).order_by().values_list(column.name, flat=True)
            return {name for value in found for name in names_in(value)}
    except Exception as error:  # also of fields that cannot be looked up, such as encrypted ones
        raise CannotAsk(column.model, database, error) from error


def names_in(value: object) -> Iterator[str]:
    """The names that a column's value is, or that are in an array, however deep."""
    if isinstance(value, list | tuple):
        for element in value:
            yield from names_in(element)
    else:
        yield str(value)


def placeholders() -> set[str]:
    """What the shop's file fields show where nobody uploaded a file."""
    fields = (
        field
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, FileField)
    )
    return {name for field in fields for name in default_names(field)}


def default_names(field: "Field[Any, Any]") -> set[str]:
    """The file that a field has by default, in Python or in the database; none as a rule."""
    given: list[object] = [field.default]
    if callable(field.default):
        with suppress(Exception):  # the shop's own code, which may want more than there is here
            given.append(field.default())
    in_database = getattr(field, "db_default", None)
    given.append(in_database.value if isinstance(in_database, Value) else in_database)
    return {name for name in given if isinstance(name, str) and name}
