"""A storage may choose another name for a result, which nobody but this process knows then."""

import pytest
from django.core.files.storage import default_storage
from django.db import OperationalError

from django_product_isolation.choices import Status
from django_product_isolation.database import outages
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import leases, store_result

pytestmark = pytest.mark.django_db(transaction=True)

GONE = OperationalError("server closed the connection unexpectedly")


@pytest.fixture
def other_name(monkeypatch):
    """The storage puts results elsewhere."""
    save = default_storage.save

    def elsewhere(name, content, max_length=None):
        return save(f"elsewhere/{name}", content, max_length)

    monkeypatch.setattr(default_storage, "save", elsewhere)


@pytest.fixture
def away(monkeypatch):
    """Have the database fail so often in the moment in which that name is written down."""
    monkeypatch.setattr(store_result, "RECONNECT_PAUSES", (0.0, 0.0, 0.0))
    monkeypatch.setattr(outages, "answers", lambda: False)
    update = IsolationRun.update_fields

    def fail(times):
        left = [GONE] * times

        def update_fields(run, **changes):
            if left and changes.get("result_name", "").startswith("elsewhere/"):
                raise left.pop()
            update(run, **changes)

        monkeypatch.setattr(IsolationRun, "update_fields", update_fields)

    return fail


@pytest.mark.parametrize("times", [1, 3])
def test_the_name_is_written_down_also_after_a_moment_without_a_database(
    run, go_on, other_name, away, times
):
    away(times)
    run = go_on(run)
    assert run.status == Status.APPLIED
    assert run.result_name.startswith("elsewhere/")
    assert [*default_storage.listdir("elsewhere/products")[1]] == [
        run.result_name.rpartition("/")[2]
    ]


def test_a_file_that_cannot_be_written_down_is_named_in_the_log(
    run, go_on, other_name, away, caplog, monkeypatch
):
    away(4)
    monkeypatch.setattr(leases, "RENEWAL", 0.02)
    run = go_on(run)
    assert run.status == Status.APPLIED  # by another file, of a later try
    [said] = [line for line in caplog.messages if line.startswith("file_unrecorded")]
    name = said.partition("name=")[2]
    assert default_storage.exists(name)
    assert name != run.result_name
