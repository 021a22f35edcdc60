import pytest
from django.db import (
    OperationalError,
    connection,
    transaction,
)

from django_product_isolation.database.transactions import (
    TRIES,
    is_transient,
    retry_on_conflict,
)

pytestmark = pytest.mark.django_db(transaction=True)


class SerializationFailure(Exception):
    """As psycopg raises it, with the code that the SQL standard gives it."""

    sqlstate = "40001"


def with_cause(error, cause):
    error.__cause__ = cause
    return error


PASSING = {
    "changed-since-last-read": OperationalError(1020, "Record has changed since last read"),
    "lock-wait": OperationalError(1205, "Lock wait timeout exceeded"),
    "deadlock": OperationalError(1213, "Deadlock found when trying to get lock"),
    "sqlite": OperationalError("database is locked"),
    "serialization": with_cause(OperationalError("could not serialize"), SerializationFailure()),
}
LASTING = {
    "gone": OperationalError(2006, "MySQL server has gone away"),
    "closed": OperationalError("server closed the connection unexpectedly"),
    "bare": OperationalError(),
}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr("django_product_isolation.database.transactions.PAUSE", 0)


def failing(times, error):
    calls = []

    @retry_on_conflict
    def work(answer):
        calls.append(answer)
        if len(calls) <= times:
            raise error
        return answer

    return work, calls


@pytest.mark.parametrize("name", PASSING)
def test_a_transaction_in_the_way_of_another_is_tried_again(name):
    work, calls = failing(TRIES - 1, PASSING[name])
    assert work("done") == "done"
    assert len(calls) == TRIES


def test_it_is_not_tried_for_ever():
    work, calls = failing(TRIES, PASSING["deadlock"])
    with pytest.raises(OperationalError):
        work("done")
    assert len(calls) == TRIES


@pytest.mark.parametrize("name", LASTING)
def test_other_errors_of_the_database_are_not_tried_again(name):
    work, calls = failing(1, LASTING[name])
    with pytest.raises(OperationalError):
        work("done")
    assert len(calls) == 1


def test_within_an_outer_transaction_nothing_is_tried_again():
    work, calls = failing(1, PASSING["deadlock"])
    with pytest.raises(OperationalError), transaction.atomic():
        work("done")
    assert len(calls) == 1


def test_a_locked_database_says_so_in_words_that_are_understood(tmp_path):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's words are read on SQLite.")
    import sqlite3

    path = str(tmp_path / "locked.sqlite3")
    first, second = (sqlite3.connect(path, timeout=0, isolation_level=None) for _ in range(2))
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as caught:
        second.execute("BEGIN IMMEDIATE")
    first.close()
    second.close()
    assert is_transient(OperationalError(*caught.value.args))
