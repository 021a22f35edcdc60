"""Which stored files the shop's own tables hold, as far as a database can be asked.

Knows nothing of runs. In doubt a file is held.
"""

from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.files.storage import Storage
from django.db.models import (
    CharField,
    Field,
    FileField,
    FilePathField,
    Q,
    TextField,
    URLField,
    Value,
)
from django.db.models.functions import Lower
from django.db.models.lookups import In, Regex

from .adapters import adapter_for
from .documents import mentioned_in_documents
from .file_names import ODD, has_tail, is_odd, key_of, may_be_same, prefixes_of, spelled_tails, ways
from .shop_tables import CannotAsk, Column, FilledTables, columns_of_the_shop, rows_to_ask

__all__ = ["CannotAsk", "Column", "NameSearch", "default_names", "referenced", "searches"]

CHUNK = 100  # names asked for at a time: each is some conditions, of which SQLite takes 1,000


def referenced(names: Collection[str], storages: Collection[Storage] = ()) -> set[str]:
    """Those of ``names`` that a column of the shop's holds, or that a file field falls back to.

    With ``storages``, where the files may be, those columns count too that may write the same file
    in another way: oddly written names, paths, addresses and file fields of other storages hold
    whatever is called so, texts and JSON whatever they mention.

    Names that differ in case, accents' spelling, slashes or outer blanks alone count as one: some
    storages take them for one, and some columns pad what they hold. Raises CannotAsk.
    """
    found, defaults, tables = set[str](), placeholders(), FilledTables()
    for search in searches(names, storages):
        found |= search.meant_by(defaults)
        found |= in_columns(search, tables)
    if not storages:
        return found
    for search in searches(set(names) - found, storages):
        found |= in_columns(search, tables, oddly=True)
    for search in searches(set(names) - found, storages):
        found |= in_places(search, tables)
    return found | mentioned_in_documents(set(names) - found, tables)


class NameSearch:
    """Finds what is written in columns for up to 100 names of files of ``storages``."""

    def __init__(self, names: Collection[str], storages: Collection[Storage] = ()) -> None:
        prefixes = prefixes_of(storages)
        self.names, self.storages = names, storages
        self.ways = {name: ways(name, prefixes) for name in names}

    def plainly(self, column: Column) -> Q:
        """What the column's index finds."""
        return column.has_one_of({way for found in self.ways.values() for way in found})

    def oddly(self, column: Column) -> Q:
        """All else that may mean one of the names, in one pass: few rows are looked into."""
        found = Q()
        if plain := [name for name in self.names if not is_odd(name)]:
            found |= Q(Regex(column.as_text(), ODD)) & ends_like_one_of(column, plain)
        if odd := [name for name in self.names if is_odd(name)]:
            found |= ends_like_one_of(column, odd)
        if not column.is_array:
            lowered = {way.lower() for written in self.ways.values() for way in written}
            found |= Q(In(Lower(column.as_text()), sorted(lowered)))
        return found

    def meant_by(self, written: Collection[str]) -> set[str]:
        """Those of the names that one of the values read means, or may."""
        keys = {key_of(value) for value in written}
        odd = [value for value in written if is_odd(value)]
        return {name for name in self.names if self.is_meant(name, keys, odd, written)}

    def is_meant(
        self, name: str, keys: set[str], odd: Collection[str], written: Collection[str]
    ) -> bool:
        if any(key_of(way) in keys for way in self.ways[name]):
            return True
        return any(may_be_same(value, name) for value in (written if is_odd(name) else odd))


def searches(names: Collection[str], storages: Collection[Storage] = ()) -> Iterator[NameSearch]:
    unread = iter(sorted(names))
    while chunk := list(islice(unread, CHUNK)):
        yield NameSearch(chunk, storages)


def in_columns(search: NameSearch, tables: FilledTables, *, oddly: bool = False) -> set[str]:
    found: set[str] = set()
    for column in name_columns():
        for database in tables.databases_of(column.model):
            condition = search.oddly(column) if oddly else search.plainly(column)
            found |= search.meant_by(ask(column, database, condition))
    return found


def in_places(search: NameSearch, tables: FilledTables) -> set[str]:
    """Those names whose last part stands in a column that writes names in its own way."""
    found: set[str] = set()
    for column in place_columns(search.storages):
        for database in tables.databases_of(column.model):
            condition = ends_like_one_of(column, search.names)
            places = ask(column, database, condition)
            found |= {name for name in search.names if any(has_tail(one, name) for one in places)}
    return found


def ends_like_one_of(column: Column, names: Collection[str]) -> Q:
    """Finds a bit more, since an address may go on behind the name."""
    parts = sorted({part for name in names for part in spelled_tails(name)})
    return Q(*(column.has_in_it(part) for part in parts), _connector=Q.OR)


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


def ask(column: Column, database: str, condition: Q) -> set[str]:
    """What the column holds where ``condition`` is true, by the database's own idea of equal.

    Raises CannotAsk.
    """
    with rows_to_ask(column.model, database) as rows:
        found = rows.filter(condition).order_by().values_list(column.name, flat=True)
        return {name for value in found for name in names_in(value)}


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
