"""Images a second by Celery's workers on Redis, beside one plain task with the same calls.

BROKER names a Redis of which everything is deleted: redis://127.0.0.1:6379/9 unless it is set.
"""

import os
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.apart import apart, environment
from tests.benchmarks.instant_runflow import instant_runflow
from tests.benchmarks.registry import Measured
from tests.benchmarks.throughput.work import picture

ON_EACH_DATABASE = True
IMAGES = 120
PROCESSES = (1, 2, 4)
RESULT_SIDE = 1024  # pixels
SETTINGS = "tests.benchmarks.throughput.settings"


def measure(options: Namespace) -> Iterator[Measured]:
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)):
        call("prepare", Path(folder), IMAGES)
        for processes in PROCESSES:
            ours, plain = [], []
            for _ in range(options.rounds):
                ours.append(IMAGES / call("our_seconds", processes))
                plain.append(IMAGES / call("plain_seconds", processes))
            yield Measured(
                name=f"images a second, {processes} processes",
                beside="one plain task each",
                bar=0.8,
                at_least=True,
                ours=ours,
                simpler=plain,
                unit="1/s",
                also={"plot": "throughput", "x": processes},
            )


@contextmanager
def site(folder: Path) -> Iterator[None]:
    place, mark, query = os.environ["DATABASE_URL"].partition("?")
    with (
        instant_runflow(apart(picture, RESULT_SIDE)) as url,
        environment(
            DATABASE_URL=f"{place}_throughput{mark}{query}",
            DJANGO_SETTINGS_MODULE=SETTINGS,
            BROKER=os.environ.get("BROKER", "redis://127.0.0.1:6379/9"),
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
