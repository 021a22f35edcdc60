"""Images a second by Celery's workers, beside one plain task with the same calls.

The brokers are those of the tests. All that waits in their queues is deleted.
"""

import os
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.apart import apart, environment
from tests.benchmarks.instant_runflow import instant_runflow
from tests.benchmarks.registry import Measured
from tests.benchmarks.throughput.work import SIDES, picture
from tests.services import BROKERS

ON_EACH_DATABASE = True
IMAGES = 120
NAMES = {"redis": "Redis", "rabbitmq": "RabbitMQ"}
SETTINGS = "tests.benchmarks.throughput.settings"


class Case(NamedTuple):
    broker: str
    resolution: str
    processes: int


GROWING = [Case("redis", "1K", processes) for processes in (1, 2, 4)]
OTHERS = [Case("rabbitmq", "1K", 2), Case("redis", "2K", 2), Case("redis", "4K", 2)]


def measure(options: Namespace) -> Iterator[Measured]:
    for case in [*GROWING, *OTHERS]:
        where = f"{NAMES[case.broker]}, {case.processes} processes"
        name = f"images a second, {case.resolution}, {where}"
        if options.only not in name:
            continue
        ours, plain = rates(case, options.rounds)
        yield Measured(
            name=name,
            beside="one plain task each",
            bar=0.8,
            at_least=True,
            ours=ours,
            simpler=plain,
            unit="1/s",
            also={"plot": "throughput", "x": case.processes} if case in GROWING else {},
        )


def rates(case: Case, rounds: int) -> tuple[list[float], list[float]]:
    """Images a second, one figure a round: ours, and those of the plain task."""
    ours, plain = [], []
    with tempfile.TemporaryDirectory() as folder, site(Path(folder), case):
        call("prepare", Path(folder), IMAGES)
        for _ in range(rounds):
            ours.append(IMAGES / call("our_seconds", case.processes))
            plain.append(IMAGES / call("plain_seconds", case.processes))
    return ours, plain


@contextmanager
def site(folder: Path, case: Case) -> Iterator[None]:
    place, mark, query = os.environ["DATABASE_URL"].partition("?")
    with (
        instant_runflow(apart(picture, SIDES[case.resolution])) as url,
        environment(
            DATABASE_URL=f"{place}_throughput{mark}{query}",
            DJANGO_SETTINGS_MODULE=SETTINGS,
            BROKER=BROKERS[case.broker],
            RUNFLOW=url,
            FOLDER=str(folder),
        ),
    ):
        yield


def call(name: str, *arguments: Any) -> Any:
    """A function of the module ``work``, in a process of its own."""
    return apart(_call, name, *arguments)


def _call(name: str, *arguments: Any) -> Any:
    import django

    django.setup()
    from tests.benchmarks.throughput import work

    return getattr(work, name)(*arguments)
