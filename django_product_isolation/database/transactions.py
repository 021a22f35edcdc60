"""Trying a short transaction again when the database itself says that this can help.

Knows which errors mean that nothing is wrong but the moment. Must not know what is written.
"""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    connection,
)

TRIES = 4
PAUSE = 0.1  # seconds before the second try, at most; doubled before each further one

# Deadlock, lock wait, and MariaDB's "Record has changed since last read".
MYSQL_CODES = frozenset({1020, 1205, 1213})
# Serialization failure, deadlock, lock not available: the same in every SQL standard database.
SQL_STATES = frozenset({"40001", "40P01", "55P03"})

# A transaction that may only read: a replica, or a server that was turned read-only.
READ_ONLY_STATE = "25006"
READ_ONLY_CODES = frozenset({1290, 1792, 1836})

# What a trigger raises of its own accord: PostgreSQL's RAISE, MySQL's SIGNAL.
RAISED_STATE = "P0001"
RAISED_CODE = 1644

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


def is_away(error: Exception) -> bool:
    """Whether the database cannot be reached, or not be written, whatever is asked of it.

    False for an error that is none of a database's.
    """
    if not isinstance(error, DatabaseError) or is_refusal(error):
        return False
    return (
        isinstance(error, OperationalError | InterfaceError)
        or sqlstate_of(error) == READ_ONLY_STATE
        or (bool(error.args) and error.args[0] in READ_ONLY_CODES)
    )


def is_refusal(error: DatabaseError) -> bool:
    """Whether the database is there and does not take what is written: a constraint, a trigger."""
    return (
        isinstance(error, DataError | IntegrityError)
        or sqlstate_of(error) == RAISED_STATE
        or (bool(error.args) and error.args[0] == RAISED_CODE)
    )


def sqlstate_of(error: DatabaseError) -> str | None:
    """The SQL standard's code of an error, where the driver knows it."""
    return getattr(error.__cause__, "sqlstate", None)


def summary(error: DatabaseError) -> str:
    """What is wrong with the database, in one line; no values, where the error may quote them."""
    name = type(error).__name__
    if is_refusal(error):
        return name
    told = " ".join(map(str, error.args)).strip()
    return f"{name}: {told.splitlines()[0][:200]}" if told else name


def is_transient(error: OperationalError) -> bool:
    """Whether the same transaction may succeed a moment later."""
    return (
        sqlstate_of(error) in SQL_STATES
        or (bool(error.args) and error.args[0] in MYSQL_CODES)
        or "is locked" in str(error)
    )
