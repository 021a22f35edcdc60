"""Telling that a database is away from that it does not take what is asked of it.

Drivers call much an ``OperationalError`` that no waiting ends: a trigger of the shop's, a missing
right, a view that cannot be written. So an error counts by its code, and where it says that the
connection is gone, our own connection is asked: the shop's code may have asked another database.
"""

import sqlite3

from django.db import InterfaceError, OperationalError, connection

from .transactions import Error, code_of, is_refusal, is_transient, sqlstate_of

# PostgreSQL: a transaction that may only read, one or a statement that took too long.
BUSY_STATES = frozenset({"25006", "25P03", "25P04", "57014"})
BUSY_CLASSES = ("53", "58")  # too few resources, errors of the system
LOST_CLASSES = ("08", "57")  # connections, intervention by an operator

# MySQL and MariaDB: a server that may only read, statements that took too long or were stopped,
# disk and memory, tables that are being altered.
BUSY_CODES = frozenset(
    {1290, 1792, 1836} | {1317, 1969, 3024} | {1021, 1030, 1037, 1038, 1041, 1114} | {1412}
)
# Too many connections, access, a server that ends, packets that do not come, killed, idle.
LOST_CODES = frozenset(
    {1040, 1042, 1043, 1044, 1045, 1047, 1049, 1053, 1077, 1078, 1079, 1129, 1130}
    | {*range(1152, 1162), 1184, 1203, 1226, 1927, 4031}
)
CLIENT_CODES = range(2000, 3000)  # whatever the client library says by itself

# SQLite has words alone.
BUSY_WORDS = ("readonly database", "disk I/O error", "disk is full", "unable to open")
STATEMENT_WORDS = ("no such ", "near ", "table ", "cannot ")  # that SQLite finds wrong


def is_away(error: BaseException) -> bool:
    """Whether our database cannot be reached, or not be written, whatever is asked of it.

    False for an error that is none of a database's, or another database's.
    """
    if not isinstance(error, Error) or is_refusal(error):
        return False
    if is_transient(error) or is_busy(error):
        return True
    # Django closes ours when not even a rollback reaches the server, and opens another one.
    return is_outage(error) and (connection.connection is None or not answers())


def is_busy(error: Error) -> bool:
    """Whether the database is there, and cannot do, or write, anything for a while."""
    if state := sqlstate_of(error):
        return state in BUSY_STATES or state.startswith(BUSY_CLASSES)
    is_sqlite = isinstance(error.__cause__, sqlite3.Error)
    return code_of(error) in BUSY_CODES or (
        is_sqlite and any(word in str(error) for word in BUSY_WORDS)
    )


def is_outage(error: BaseException) -> bool:
    """Whether it says that the connection to some database is gone: which one, it does not say."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    if state := sqlstate_of(error):
        return state.startswith(LOST_CLASSES)
    code = code_of(error)
    if code is not None:
        return code in LOST_CODES or code in CLIENT_CODES
    is_sqlite = isinstance(error.__cause__, sqlite3.Error)
    return not (is_sqlite and str(error).startswith(STATEMENT_WORDS))


def answers() -> bool:
    """Whether our own connection answers at this moment."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Exception:  # whatever a driver raises of a connection that is gone
        return False
    return True
