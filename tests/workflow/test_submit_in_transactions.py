"""Nothing that costs money is sent before everybody can see that it was."""

import pytest
from django.db import connections, transaction

from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason

from .test_evaluation import evaluated, evaluations_of, kept_evaluation, ordered

__all__ = ["evaluated", "ordered"]  # fixtures


@pytest.mark.django_db
def test_a_step_in_a_transaction_of_the_shops_sends_nothing_and_the_next_one_does(
    run, runflow, step, caplog
):
    with transaction.atomic():
        run = step(run)
    assert (run.status, run.reason) == (Status.QUEUED, Reason.IN_TRANSACTION)
    assert runflow.runs_of(run) == []
    assert f"in_transaction run={run.pk}" in caplog.text
    runflow.behave(fault="stuck_in_queued")
    assert step(run).status == Status.PROCESSING


@pytest.mark.django_db(transaction=True)
def test_nor_does_one_on_a_connection_that_commits_nothing(run, runflow, step, monkeypatch):
    connection = connections["default"]
    if connection.vendor != "sqlite":
        pytest.skip("Others cannot be told so without their server knowing of it.")
    with monkeypatch.context() as patches:
        patches.setattr(connection, "autocommit", False)
        run = step(run)
    assert (run.status, run.reason) == (Status.QUEUED, Reason.IN_TRANSACTION)
    assert runflow.runs_of(run) == []


@pytest.mark.django_db
def test_nor_is_an_evaluation_bought_there(evaluated, ordered, go_on, step):
    run = go_on(ordered, Status.READY)
    with transaction.atomic():
        run = step(run)
    assert kept_evaluation(run)["state"] == "missing"
    assert evaluations_of(evaluated, run) == []
    assert go_on(run).cost == run.batch.unit_price - run.batch.evaluation_price
