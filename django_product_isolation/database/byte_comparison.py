"""Comparing names and keys in the database byte for byte, whatever the columns' collation.

By MariaDB's default, and by collations that any database can be given, ``búsy.jpg`` equals
``Busy.jpg``, and blanks at the end count for nothing. For a storage those are different files.
"""

from functools import cache
from typing import Any

from django.db import connections, router
from django.db.models import Expression, F, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.fields import Field
from django.db.models.functions import Cast, Concat, Replace, Substr
from django.db.models.lookups import Exact, In

from .primary_keys import key_field

# The parts of a UUID as text: from which character, and how many.
UUID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
NUMBERS, TEXTS = ("IntegerField", "AutoField"), ("CharField", "SlugField")
# What a class of the shop's may put between a column and Python.
CONVERSIONS = ("from_db_value", "to_python", "get_prep_value", "get_db_prep_value")


class Bytes(Func):
    """A text, compared by nothing but its bytes. Databases not named here do so by themselves."""

    template = "%(expressions)s"
    arity = 1
    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="(%(expressions)s COLLATE BINARY)")

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = '((%(expressions)s)::text COLLATE "C")'  # text, for citext has rules of its own
        return self.as_sql(compiler, connection, template=template)

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Columns of different character sets have different bytes for one name.
        template = "CAST(CONVERT(%(expressions)s USING utf8mb4) AS BINARY)"
        return self.as_sql(compiler, connection, template=template)


class LikeColumn(Func):
    """A text under the collation of a column, so that the column's index serves to find it.

    Without it MariaDB refuses to compare columns of different collations, such as those of a
    table that is older than ours.
    """

    template = "%(expressions)s"
    output_field = TextField()

    def __init__(self, expression: Expression | F, column: "Field[Any, Any]") -> None:
        super().__init__(expression)
        self.column = column

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = '((%(expressions)s)::text COLLATE "default")'
        return self.as_sql(compiler, connection, template=template)

    def as_mysql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        table = self.column.model._meta.db_table
        charset, collation = collation_of(connection.alias, table, self.column.column)
        template = f"(CONVERT(%(expressions)s USING {charset}) COLLATE {collation})"
        return self.as_sql(compiler, connection, template=template)


@cache
def collation_of(alias: str, table: str, column: str) -> tuple[str, str]:
    """The character set and collation of a text column on MySQL or MariaDB."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT character_set_name, collation_name FROM information_schema.columns"
            " WHERE table_schema = DATABASE() AND table_name = %s AND column_name = %s",
            [table, column],
        )
        charset, collation = cursor.fetchone()
    return charset, collation


def is_exactly(column: str, value: str) -> Q:
    """Whether ``column`` holds exactly ``value``.

    Said twice: an index finds by the column's own rules what is then compared by its bytes.
    """
    return Q(**{column: value}) & same(F(column), Value(value))


def is_same(column: "Field[Any, Any]", other: Expression | F) -> Q:
    """Whether ``column`` of the rows at hand holds exactly what ``other`` does."""
    found = Q(Exact(F(column.attname), LikeColumn(other, column)))
    return found & same(F(column.attname), other)


def is_key(column: "Field[Any, Any]", pk: F, model: type[Model]) -> Q:
    """Whether the text ``column`` is what Python writes for ``pk``, a primary key of ``model``.

    Always true for keys of which only Python knows how they are written.
    """
    kind = kind_of_key(model)
    if kind == "UUIDField":  # some databases keep it without hyphens
        mine = without_hyphens(F(column.attname))
        return same(mine, without_hyphens(Cast(pk, TextField())))
    if kind.endswith((*NUMBERS, *TEXTS)):
        return is_same(column, Cast(pk, TextField()))
    return Q()


def kind_of_key(model: type[Model]) -> str:
    """Django's name for the kind of field that the primary key is kept in; "" for one of another
    library's or the shop's own: of those only Python knows how they are written."""
    field = key_field(model)
    return "" if writes_its_own_way(field) else field.get_internal_type()


def can_write_keys(model: type[Model]) -> bool:
    """Whether the database can write primary keys as Python does."""
    kind = kind_of_key(model)
    return kind == "UUIDField" or kind.endswith((*NUMBERS, *TEXTS))


def is_key_among(column: "Field[Any, Any]", rows: QuerySet[Any]) -> Q:
    """Whether the text ``column`` is the primary key of one of ``rows``, of the same database,
    which ``can_write_keys``."""
    text = text_of_key(rows.model, router.db_for_write(column.model))
    rows = rows.order_by()
    like = rows.annotate(isolation_key=LikeColumn(text, column)).values("isolation_key")
    found = Q(**{f"{column.name}__in": like})
    if not kind_of_key(rows.model).endswith(TEXTS):
        return found
    exact = rows.annotate(isolation_key=Bytes(text)).values("isolation_key")
    return found & Q(In(Bytes(F(column.attname)), exact.query))


def is_one_of(column: "Field[Any, Any]", texts: list[str]) -> Q:
    """Whether the text ``column`` is exactly one of ``texts``."""
    found = Q(**{f"{column.name}__in": texts})
    if all(text.isascii() and text.isdigit() for text in texts):
        return found  # that nothing else is taken for
    return found & Q(In(Bytes(F(column.attname)), [Bytes(Value(text)) for text in texts]))


def text_of_key(model: type[Model], alias: str) -> Any:
    """A primary key, as Python writes it, in a query of the database ``alias``."""
    text: Any = Cast("pk", TextField())
    is_text = not connections[alias].features.has_native_uuid_field
    if kind_of_key(model) == "UUIDField" and is_text:
        parts = [Substr(text, start, length) for start, length in UUID_PARTS]
        dash = Value("-")
        return Concat(parts[0], *(piece for part in parts[1:] for piece in (dash, part)))
    return text


def writes_its_own_way(field: "Field[Any, Any]") -> bool:
    """Whether code that is not Django's turns what the column holds into what Python has."""
    return any(not of_django(getattr(type(field), name, None)) for name in CONVERSIONS)


def of_django(method: Any) -> bool:
    return method is None or method.__module__.startswith("django.")


def same(one: Expression | F, other: Expression | F) -> Q:
    return Q(Exact(Bytes(one), Bytes(other)))


def without_hyphens(text: Expression | F) -> Replace:
    return Replace(text, Value("-"), Value(""))
