from random import Random

import pytest

from django_product_isolation.choices import Status

from .door import Door
from .generator import NEW
from .replays import copy_of, delivery, everything, replay
from .rows import make_runs

pytestmark = pytest.mark.usefixtures("shop", "silence")


def test_replays_in_any_order_at_any_time_and_address_change_nothing():
    tally = replay(seed=1, replays=800)
    assert not tally.failures, tally.report
    assert tally.counts["replays"] == 800


@pytest.mark.parametrize("workers", ["thread", "embedded", "celery"])
def test_for_a_run_that_has_ended_nothing_is_asked_or_published(workers, shop):
    shop["WORKERS"] = workers
    shop["BASE_URL"] = "http://127.0.0.1:9"
    unended = (Status.QUEUED, Status.SUBMITTING, Status.PROCESSING)
    ended = [run for run in make_runs(1) if run.status not in unended]
    before = everything()
    with Door().open() as door:
        for run in ended * 3:
            door.use_secrets([NEW])
            body, signature = copy_of(Random(run.token), run, NEW)
            seen = door.knock(delivery(run, body, signature))
            assert (seen.status, seen.messages, seen.touched) == (200, [], [])
    assert everything() == before
