"""Comparing names and keys in the database byte for byte, whatever the columns' collation.

By MariaDB's default, and by collations that any database can be given, ``búsy.jpg`` equals
``Busy.jpg``, and blanks at the end count for nothing. For a storage those are different files.
"""

from typing import Any

from django.db.models import Expression, F, Func, Q, TextField, Value
from django.db.models.fields import Field
from django.db.models.functions import Cast, Replace
from django.db.models.lookups import Exact


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


def is_exactly(column: str, value: str | Expression | F) -> Q:
    """Whether ``column`` holds exactly ``value``, a text or an expression for one.

    Said twice: an index finds by the column's own rules what is then compared by its bytes.
    """
    expression = Value(value) if isinstance(value, str) else value
    return Q(**{column: value}) & Q(Exact(Bytes(F(column)), Bytes(expression)))


def is_key(column: str, pk: F, field: "Field[Any, Any]") -> Q:
    """Whether the text ``column`` is what Python writes for the primary key ``pk``.

    Always true for keys of which only Python knows how they are written.
    """
    while field.remote_field:
        field = field.target_field  # type: ignore[attr-defined]
    kind = field.get_internal_type()
    if not type(field).__module__.startswith("django."):
        return Q()
    if kind == "UUIDField":  # some databases keep it without hyphens
        return same(without_hyphens(F(column)), without_hyphens(Cast(pk, TextField())))
    if kind.endswith(("IntegerField", "AutoField", "CharField", "SlugField")):
        return same(F(column), Cast(pk, TextField()))
    return Q()


def same(one: Expression | F, other: Expression | F) -> Q:
    return Q(Exact(Bytes(one), Bytes(other)))


def without_hyphens(text: Expression | F) -> Replace:
    return Replace(text, Value("-"), Value(""))
