"""Images a second by Celery's workers, beside one plain task with the same calls.

REDIS and RABBITMQ say where the brokers are, unless they are on this machine. Of the Redis database
(the tenth) and of RabbitMQ's default queue everything is deleted.
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
from tests.benchmarks.throughput.work import picture

ON_EACH_DATABASE = True
IMAGES = 120
BROKERS = {
    "Redis": os.environ.get("REDIS", "redis://127.0.0.1:6379/9"),
    "RabbitMQ": os.environ.get("RABBITMQ", "amqp://guest:guest@127.0.0.1:5672//"),
}
SIDES = {"1K": 1024, "2K": 2048, "4K": 4096}  # pixels
SETTINGS = "tests.benchmarks.throughput.settings"


class Case(NamedTuple):
    broker: str
    resolution: str
    processes: int


GROWING = [Case("Redis", "1K", processes) for processes in (1, 2, 4)]
OTHERS = [Case("RabbitMQ", "1K", 2), Case("Redis", "2K", 2), Case("Redis", "4K", 2)]


def measure(options: Namespace) -> Iterator[Measured]:
    for case in [*GROWING, *OTHERS]:
        name = f"images a second, {case.resolution}, {case.broker}, {case.processes} processes"
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
