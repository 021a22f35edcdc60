"""Which errors mean that our database is away, and which that it takes no such statement."""

import sqlite3

import pytest
from django.db import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
)

from django_product_isolation.database import outages
from django_product_isolation.database.outages import is_away, is_outage
from django_product_isolation.database.transactions import is_refusal

from .test_transactions import PASSING

pytestmark = pytest.mark.django_db(transaction=True)


def of_postgres(state, kind=OperationalError):
    error, error.__cause__ = kind("words"), Exception("words")
    error.__cause__.sqlstate = state
    return error


def of_sqlite(words):
    error = OperationalError(words)
    error.__cause__ = sqlite3.OperationalError(words)
    return error


RAISED = [
    IntegrityError("CHECK constraint failed: only_jpeg"),
    DataError("value too long for type character varying(10)"),
    OperationalError(1644, "photographs only"),
    of_postgres("P0001", ProgrammingError),
]
OF_THE_STATEMENT = [
    OperationalError(1364, "Field 'who' doesn't have a default value"),
    OperationalError(30001, "the product is locked by somebody"),
    OperationalError(1142, "UPDATE command denied to user"),
    OperationalError(1449, "The user specified as a definer does not exist"),
    of_postgres("55000"),
    of_postgres("42501", ProgrammingError),
    of_sqlite("no such function: shout"),
    of_sqlite("no such table: audit"),
    of_sqlite("cannot modify shown because it is a view"),
]
BUSY = [
    *PASSING.values(),
    OperationalError(1290, "running with the --read-only option"),
    OperationalError(1114, "The table is full"),
    of_postgres("25006", DatabaseError),
    of_postgres("53100"),
    of_postgres("57014"),
    of_sqlite("attempt to write a readonly database"),
    of_sqlite("database or disk is full"),
]
GONE = [
    OperationalError(2006, "MySQL server has gone away"),
    OperationalError(1040, "Too many connections"),
    OperationalError("server closed the connection unexpectedly"),
    OperationalError(),
    InterfaceError("connection already closed"),
    of_postgres("08006"),
    of_postgres("57P01"),
]


@pytest.fixture(autouse=True)
def connected():
    connection.ensure_connection()


@pytest.mark.parametrize("error", [*RAISED, *OF_THE_STATEMENT])
def test_a_database_that_does_not_take_a_statement_is_not_away(error, monkeypatch):
    monkeypatch.setattr(outages, "answers", lambda: False)
    assert not is_away(error)


@pytest.mark.parametrize("error", RAISED)
def test_what_a_trigger_or_a_constraint_says_is_a_refusal(error):
    assert is_refusal(error)


@pytest.mark.parametrize("error", BUSY)
def test_a_database_that_is_there_and_busy_is_away_for_a_while(error):
    assert is_away(error)
    assert not is_refusal(error)


@pytest.mark.parametrize("error", GONE)
def test_a_connection_that_is_gone_is_ours_where_ours_does_not_answer(error, monkeypatch):
    assert is_outage(error)
    assert not is_away(error)  # another database's: ours answers
    monkeypatch.setattr(outages, "answers", lambda: False)
    assert is_away(error)


def test_a_connection_that_was_closed_behind_our_back_does_not_answer():
    assert outages.answers()
    connection.ensure_connection()
    real, connection.connection = connection.connection, Closed()
    try:
        assert not outages.answers()
    finally:
        connection.connection = real


class Closed:
    def cursor(self, *args, **kwargs):
        raise connection.Database.OperationalError("server closed the connection unexpectedly")


@pytest.mark.parametrize("error", [ValueError("words"), KeyError("words")])
def test_an_error_of_no_database_is_no_outage(error):
    assert not is_away(error) and not is_outage(error)


def test_a_connection_that_django_closed_is_gone_though_a_new_one_answers(monkeypatch):
    monkeypatch.setattr(outages, "answers", lambda: True)
    assert not is_away(GONE[0])
    connection.close()
    assert is_away(GONE[0])
