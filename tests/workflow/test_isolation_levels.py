"""PostgreSQL with a stricter isolation than its default: a conflict is somebody else's turn."""

import threading

import pytest
from django.db import OperationalError, connection

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.database import transactions
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.workflow import advance
from tests.photos import make_image

LEVELS = ["REPEATABLE_READ", "SERIALIZABLE"]


class SerializationFailure(Exception):
    sqlstate = "40001"


def conflict(*_args, **_options):
    raise OperationalError("could not serialize access") from SerializationFailure()


@pytest.fixture
def level(request):
    if connection.vendor != "postgresql":
        pytest.skip("Other databases have no conflicts in single statements.")
    from django.db.backends.postgresql.psycopg_any import IsolationLevel

    options = connection.settings_dict["OPTIONS"]
    options["isolation_level"] = IsolationLevel[request.param]
    connection.close()
    yield request.param
    del options["isolation_level"]
    connection.close()


@pytest.mark.parametrize("level", LEVELS, indirect=True)
@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_takes_the_step_and_none_fails(level, runflow):
    runflow.behave(fault="stuck_in_queued", times=0)
    runs = [isolate(make_image(name)).runs.get() for name in "ABC"]
    taken, raised = [], []

    def work():
        try:
            taken.extend(run.pk for run in runs if advance(run.pk))
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    assert sorted(taken) == sorted(run.pk for run in runs)
    assert {run.status for run in IsolationRun.objects.all()} == {Status.PROCESSING}


@pytest.mark.django_db(transaction=True)
def test_a_claim_in_endless_conflict_is_not_taken_and_raises_nothing(runflow, monkeypatch):
    monkeypatch.setattr(transactions, "PAUSE", 0.001)
    run = isolate(make_image()).runs.get()
    with monkeypatch.context() as patched:
        patched.setattr(RunQuerySet, "update", conflict)
        assert advance(run.pk) is False
    assert advance(run.pk) is True


@pytest.mark.django_db(transaction=True)
def test_a_claim_in_a_passing_conflict_is_taken_all_the_same(runflow, monkeypatch):
    monkeypatch.setattr(transactions, "PAUSE", 0.001)
    run = isolate(make_image()).runs.get()
    update, failures = RunQuerySet.update, [2]

    def flaky(self, **values):
        if failures[0]:
            failures[0] -= 1
            conflict()
        return update(self, **values)

    monkeypatch.setattr(RunQuerySet, "update", flaky)
    assert advance(run.pk) is True
