"""What tables of MySQL and MariaDB may lack, where other databases have but one kind of table.

Must not know whose tables they are.
"""

from collections.abc import Collection

from django.db import connections


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


def asked(alias: str, question: str, tables: Collection[str]) -> list[str]:
    """Names with what was found, sorted; [] on any other database, which is not asked."""
    connection = connections[alias]
    if connection.vendor != "mysql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{question} ({', '.join(['%s'] * len(tables))})", list(tables))
        return sorted(f"{table} ({what})" for table, what in cursor.fetchall())
