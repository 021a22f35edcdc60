"""Which stored files the shop's own tables hold, as far as a database can be asked.

Knows nothing of runs. In doubt a file is held.
"""

import unicodedata
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import quote, unquote

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

from .adapters import adapter_for
from .documents import mentioned_in_documents
from .shop_tables import CannotAsk, Column, columns_of_the_shop, databases_of, rows_to_ask

__all__ = ["CannotAsk", "Column", "default_names", "referenced"]

CHUNK = 100  # names asked for at a time: each is a condition of its own


def referenced(names: Collection[str], storages: Collection[Storage] = ()) -> set[str]:
    """Those of ``names`` that a column of the shop's holds, or that a file field falls back to.

    With ``storages``, where the files may be, those columns count too that may write the same file
    in another way: paths, addresses and file fields of other storages hold whatever is called so,
    texts and JSON whatever they mention.

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
    exactly |= referenced_elsewhere(set(names) - exactly, storages)
    return exactly | mentioned_in_documents(set(names) - exactly)


def referenced_elsewhere(names: Collection[str], storages: Collection[Storage]) -> set[str]:
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
