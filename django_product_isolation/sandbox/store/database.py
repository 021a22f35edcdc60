"""One SQLite file shared by the threads of one sandbox.

Knows SQL's mechanics: the lock, transactions, inserts. What the tables mean is in the modules named
after them.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .schema import SCHEMA, VERSION


class Database:
    """A connection that one thread uses at a time, which also makes transactions serial."""

    def __init__(self, path: Path) -> None:
        """Open ``path``, creating the tables in a new file.

        Raises ValueError when it is no database, or of another version of the sandbox.
        """
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        try:
            self._prepare()
        except (sqlite3.DatabaseError, ValueError) as error:
            self.close()
            raise ValueError(f"{path} cannot be used ({error}): choose another folder.") from error

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.execute("PRAGMA foreign_keys=ON")
        version = self.rows("PRAGMA user_version")[0][0]
        if version == 0:
            self._connection.executescript(f"{SCHEMA} PRAGMA user_version={VERSION};")
        elif version != VERSION:
            raise ValueError("it was written by another version")

    def close(self) -> None:
        """Close the file; a thread in the middle of a transaction finishes it first."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do everything inside, or nothing. An inner one belongs to the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, sql: str, *parameters: Any) -> list[sqlite3.Row]:
        """Return all rows of a query."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def row(self, sql: str, *parameters: Any) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        return next(iter(self.rows(sql, *parameters)), None)

    def execute(self, sql: str, *parameters: Any) -> int:
        """Run a statement and return how many rows it changed."""
        with self._lock:
            return self._connection.execute(sql, parameters).rowcount

    def insert(self, table: str, **values: Any) -> None:
        """Add one row. Table and column names are the caller's own words, never a client's."""
        marks = ", ".join("?" * len(values))
        self.execute(
            f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})",  # noqa: S608
            *values.values(),
        )

    def update(self, table: str, row_id: str, **values: Any) -> None:
        """Change columns of the row with this id."""
        changes = ", ".join(f"{column} = ?" for column in values)
        self.execute(
            f"UPDATE {table} SET {changes} WHERE id = ?",  # noqa: S608
            *values.values(),
            row_id,
        )

    def meta(self, name: str, default: bytes) -> bytes:
        """Return the value kept under ``name``, keeping ``default`` if there is none yet."""
        with self.transaction():
            self.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", name, default)
            found = self.rows("SELECT value FROM meta WHERE name = ?", name)
        return bytes(found[0]["value"])
