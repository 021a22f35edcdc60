"""What tables of MySQL and MariaDB, or connections to them, may lack, and others never do.

Must not know whose tables they are.
"""

from collections.abc import Collection
from typing import Any

from django.db import connections
from django.db.models import F, QuerySet


def without_transactions(alias: str, tables: Collection[str]) -> list[str]:
    """Those of ``tables`` that are changed at once and for good, with what keeps them (MyISAM)."""
    return asked(
        alias,
        "SELECT t.table_name, t.engine FROM information_schema.tables t"
        " JOIN information_schema.engines e ON e.engine = t.engine"
        " WHERE e.transactions = 'NO' AND t.table_schema = DATABASE() AND t.table_name IN",
        tables,
    )


def without_some_letters(alias: str, tables: Collection[str]) -> list[str]:
    """Those of ``tables`` with text columns that cannot hold every letter, with their sets."""
    return asked(
        alias,
        "SELECT DISTINCT table_name, character_set_name FROM information_schema.columns"
        " WHERE character_set_name NOT IN ('utf8mb4', 'utf16', 'utf16le', 'utf32', 'gb18030')"
        " AND table_schema = DATABASE() AND table_name IN",
        tables,
    )


def counts_equal_writes(rows: "QuerySet[Any]") -> bool:
    """Whether an UPDATE says that it met a row though it wrote what stood there already.

    True where it cannot be asked, because there is no row. Any of ``rows`` is written as it is.
    """
    if connections[rows.db].vendor != "mysql":
        return True
    key = rows.model._meta.pk.attname
    found = rows.order_by(key).values_list(key, flat=True).first()
    return found is None or bool(rows.filter(**{key: found}).update(**{key: F(key)}))


def asked(alias: str, question: str, tables: Collection[str]) -> list[str]:
    """Names with what was found, sorted; [] on any other database, which is not asked."""
    connection = connections[alias]
    if connection.vendor != "mysql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{question} ({', '.join(['%s'] * len(tables))})", list(tables))
        return sorted(f"{table} ({what})" for table, what in cursor.fetchall())
