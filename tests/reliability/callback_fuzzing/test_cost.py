"""What a callback costs: few queries, and no look outside the process."""

import pytest
from celery import Celery, signals

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workers import current

from .door import Door
from .forgeries import sign
from .generator import NEW
from .replays import delivery
from .rows import make_runs

pytestmark = pytest.mark.usefixtures("shop")

QUERIES = {"SELECT", "INSERT", "UPDATE", "DELETE"}


@pytest.fixture
def published():
    """The arguments of the messages, which go to a broker in memory."""
    app = Celery("door", broker="memory://", set_as_current=True)
    app.tasks["django_product_isolation.tasks.sweep"].apply_async()  # loads what it needs
    found = []

    def note(body, **_options):
        found.append(list(body[0]))

    signals.before_task_publish.connect(note)
    yield found
    signals.before_task_publish.disconnect(note)
    app.close()


@pytest.mark.parametrize("workers", ["embedded", "celery"])
@pytest.mark.parametrize("status", [Status.PROCESSING, Status.SUBMITTING, Status.APPLIED])
def test_a_callback_costs_four_queries_and_leaves_the_process_alone(
    workers, status, shop, published
):
    shop |= {"WORKERS": workers, "BASE_URL": "http://127.0.0.1:9"}
    current()  # imported once in a process
    run = next(run for run in make_runs(1) if run.status == status)
    body = b'{"event": "run.completed", "run_id": "%b"}' % run.runflow_run_id.encode()
    with Door().open() as door:
        door.use_secrets([NEW])
        for _ in range(2):
            seen = door.knock(delivery(run, body, sign(body, NEW)))
            queries = [sql for sql in seen.statements if sql.split()[0] in QUERIES]
            assert (seen.status, seen.touched) == (200, [])
            assert 1 <= len(queries) <= 4, queries
            assert seen.messages == [str(run.pk)] * run.waits
            assert IsolationRun.objects.due().filter(pk=run.pk).exists() is run.waits
    nudges = 2 if workers == "celery" and run.waits else 0
    assert published == [[[str(run.pk)], ""]] * nudges
