"""Trying a short transaction again when the database itself says that this can help.

Knows which errors mean that nothing is wrong but the moment. Must not know what is written.
"""

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
)
from django.db.transaction import atomic

TRIES = 4
PAUSE = 0.1  # seconds before the second try, at most; doubled before each further one

# Deadlock, lock wait, and MariaDB's "Record has changed since last read".
MYSQL_CODES = frozenset({1020, 1205, 1213})
# Serialization failure, deadlock, lock not available: the same in every SQL standard database.
SQL_STATES = frozenset({"40001", "40P01", "55P03"})

# SQLite has no codes before Python 3.11: "database is locked", "database table is locked" ...
SQLITE_LOCKED = re.compile(r"database\b.* is locked")

# What a trigger raises of its own accord: PostgreSQL's RAISE, MySQL's SIGNAL.
RAISED_STATE = "P0001"
RAISED_CODE = 1644

Error: TypeAlias = DatabaseError | InterfaceError

P = ParamSpec("P")
R = TypeVar("R")


def retry_on_conflict(transaction: Callable[P, R]) -> Callable[P, R]:
    """Run ``transaction`` again, up to three times, while the database finds it in the way.

    It must be a transaction of its own that does nothing outside the database. Within an outer
    one it is run once: only the outermost can be begun anew.
    """

    @wraps(transaction)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for number in range(TRIES - 1):
            if connection.in_atomic_block:
                break
            try:
                return transaction(*args, **kwargs)
            except OperationalError as error:
                if not is_transient(error):
                    raise
                time.sleep(random.uniform(0, PAUSE * 2**number))  # noqa: S311 (spreads load)
        return transaction(*args, **kwargs)

    return run


def may_be_undone() -> bool:
    """Whether what is written now is kept later or never: somebody else's transaction is open, or
    the connection commits nothing by itself.

    What Django's TestCase opens around a test counts for none, as it does for ``durable``.
    """
    if blocks := connection.atomic_blocks:
        return not getattr(blocks[-1], "_from_testcase", False)
    return not connection.get_autocommit()


@contextmanager
def savepoint() -> Iterator[None]:
    """Have a query that fails within spoil no transaction that is around.

    Begins with the first query: what asks nothing costs nothing, nor does what stands in none.
    """
    if not connection.in_atomic_block:
        yield
        return
    begun: list[bool] = []

    def begin(execute: Callable[..., Any], *asked: Any) -> Any:
        if not begun:
            begun.append(True)  # the savepoint is a query, too
            stack.enter_context(atomic())
        return execute(*asked)

    with ExitStack() as stack, connection.execute_wrapper(begin):
        yield


def is_refusal(error: Error) -> bool:
    """Whether the database is there and does not take what is written: a constraint, a trigger."""
    return (
        isinstance(error, DataError | IntegrityError)
        or sqlstate_of(error) == RAISED_STATE
        or code_of(error) == RAISED_CODE
    )


def sqlstate_of(error: Error) -> str | None:
    """The SQL standard's code of an error, where the driver knows it."""
    return getattr(error.__cause__, "sqlstate", None)


def summary(error: Error) -> str:
    """What is wrong with the database, in one line; no values, where the error may quote them."""
    name = type(error).__name__
    if is_refusal(error):
        return name
    told = " ".join(map(str, error.args)).strip()
    return f"{name}: {told.splitlines()[0][:200]}" if told else name


def code_of(error: Error) -> int | None:
    """MySQL's number of an error; None on other databases."""
    code = error.args[0] if error.args else None
    return code if isinstance(code, int) else None


def is_transient(error: Error) -> bool:
    """Whether the same transaction may succeed a moment later."""
    return (
        sqlstate_of(error) in SQL_STATES
        or code_of(error) in MYSQL_CODES
        or SQLITE_LOCKED.match(str(error)) is not None
    )
