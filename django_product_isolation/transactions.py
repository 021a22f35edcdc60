"""Trying a short transaction again when the database itself says that this can help.

Knows which errors mean that nothing is wrong but the moment. Must not know what is written.
"""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

TRIES = 4
PAUSE = 0.1  # seconds before the second try, at most; doubled before each further one

# Deadlock, lock wait, and MariaDB's "Record has changed since last read".
MYSQL_CODES = frozenset({1020, 1205, 1213})
# Serialization failure, deadlock, lock not available: the same in every SQL standard database.
SQL_STATES = frozenset({"40001", "40P01", "55P03"})

P = ParamSpec("P")
R = TypeVar("R")


def retried(transaction: Callable[P, R]) -> Callable[P, R]:
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
                if not is_passing(error):
                    raise
                time.sleep(random.uniform(0, PAUSE * 2**number))  # noqa: S311 (spreads load)
        return transaction(*args, **kwargs)

    return run


def is_passing(error: OperationalError) -> bool:
    """Whether the same transaction may succeed a moment later."""
    return (
        getattr(error.__cause__, "sqlstate", None) in SQL_STATES
        or (bool(error.args) and error.args[0] in MYSQL_CODES)
        or "is locked" in str(error)
    )
