"""The database, which is a real one: errors on demand, and a point at each commit."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from typing import Any
from unittest import mock

from django.db import OperationalError, connection

from .points import Died, Points

ERRORS: dict[str, tuple[object, ...]] = {
    "deadlock": (1213, "Deadlock found when trying to get lock"),
    "lock wait": (1205, "Lock wait timeout exceeded"),
    "record changed": (1020, "Record has changed since last read"),
    "locked": ("database is locked",),
    "serialization": ("could not serialize access due to concurrent update",),
    "lost": (2013, "Lost connection to MySQL server during query"),
    "gone": ("server closed the connection unexpectedly",),
}
SQLSTATES = {"serialization": "40001"}
WRITES = ("INSERT", "UPDATE", "DELETE")


def database_error(kind: str) -> OperationalError:
    """As Django raises it, the driver's own error as its cause."""
    error = OperationalError(*ERRORS[kind])
    error.__cause__ = Exception(*ERRORS[kind])
    error.__cause__.sqlstate = SQLSTATES.get(kind)  # type: ignore[attr-defined]
    return error


class Database:
    """Watches what processes do to the tables."""

    def __init__(self, points: Points, port: Any) -> None:
        self.points, self.port = points, port
        self.on_commit: Callable[[], None] = lambda: None
        self.reset()

    def reset(self) -> None:
        self.statements = 0  # with BEGIN and COMMIT, which can fail too
        self.errors_at: dict[int, tuple[str, bool]] = {}
        self.errors = self.writes = 0
        self.has_swapped = False
        self.last_error: OperationalError | None = None

    def fail_at(self, nth: int, kind: str, *, after: bool = False) -> None:
        """Have the ``nth`` statement or commit from now fail, ``after`` it was carried out."""
        self.errors_at[self.statements + nth] = (kind, after)

    def calm(self) -> None:
        self.errors_at.clear()

    def _execute(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        process = self.points.process
        if process is None:
            return execute(sql, params, many, context)
        verb = sql.split(None, 1)[0]
        commits = verb in WRITES and not connection.in_atomic_block
        # SAVEPOINT and RELEASE neither fail by themselves nor matter to others.
        if verb in ("SAVEPOINT", "RELEASE", "ROLLBACK"):
            return execute(sql, params, many, context)
        label = f"{verb} {table_of(sql)}"
        self.points.reach(f"before {label}", deadly=commits)
        process.queries += verb != "BEGIN"
        self.writes += verb in WRITES
        with self._failing(can_be_done=verb != "BEGIN"):
            result = execute(sql, params, many, context)
            if verb == "UPDATE" and "catalogue_productimage" in sql[:60]:
                self.has_swapped = True
            if commits:
                self._committed()
        if commits:
            # SQLite commits what returns a row only once the row is fetched.
            with self.points.alone() if "RETURNING" in sql else nullcontext():
                self.points.reach(f"after {label}")
        return result

    def _commit(self) -> None:
        if self.points.process is None:
            self._real_commit()
            return
        try:
            with self.points.alone():  # Django has left its block, but nothing is committed yet
                self.points.reach("before COMMIT")
        except Died:
            connection._rollback()  # leaving the block would commit: setting autocommit does
            connection.run_on_commit.clear()
            raise
        with self._failing(can_be_done=True):
            self._real_commit()
            self._committed()
            # What was read there began a transaction, except on SQLite.
            connection._rollback()
        try:
            with self._others_turn():
                self.points.reach("after COMMIT")
        except Died:
            connection.run_on_commit.clear()
            raise

    @contextmanager
    def _others_turn(self) -> Iterator[None]:
        """As on a connection of their own: nothing is begun, and what is to follow ours waits."""
        following, connection.run_on_commit = connection.run_on_commit, []
        connection._set_autocommit(True)
        connection.autocommit = True
        try:
            yield
        finally:
            connection.run_on_commit = following
            connection.run_commit_hooks_on_set_autocommit_on = True

    @contextmanager
    def _failing(self, *, can_be_done: bool) -> Iterator[None]:
        """Raise the planned error; a transaction that was begun all the same is nobody's."""
        self.statements += 1
        kind, after = self.errors_at.pop(self.statements, ("", False))
        if kind and not (after and can_be_done):
            raise self._error(kind)
        yield
        if kind:
            raise self._error(kind)

    def _error(self, kind: str) -> OperationalError:
        self.errors += 1
        if self.points.process:
            self.points.process.errors += 1
        self.last_error = database_error(kind)
        return self.last_error

    def _committed(self) -> None:
        if self.has_swapped:
            self.has_swapped = False
            self.on_commit()

    @contextmanager
    def installed(self) -> Iterator[None]:
        self._real_commit = connection.commit
        with (
            connection.execute_wrapper(self._execute),
            mock.patch.object(connection, "commit", self._commit),
        ):
            yield


@lru_cache(maxsize=4096)
def table_of(sql: str) -> str:
    """The first table that a statement names."""
    quoted = sql.replace("`", '"').split('"')
    for verb in (" FROM ", "INTO ", "UPDATE "):
        for index, part in enumerate(quoted[:-1]):
            if part.endswith(verb):
                return quoted[index + 1]
    return ""
