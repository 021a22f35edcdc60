"""The points at which a worker dies, inside the worker: each run once, as the plan says.

Wraps functions of the app in the worker's process only; the app itself knows of nothing.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.apps import AppConfig

from .shared_folder import Stage

POINTS = {
    "before-submitting": "before the commit of submitting",
    "before-post": "before the request leaves",
    "after-post": "after Runflow accepted, before the answer is recorded",
    "after-recording": "after the answer is recorded",
    "reading": "before the run is read",
    "downloading": "in the middle of the download",
    "decoding": "while the result is checked",
    "before-storing": "before the file is stored",
    "after-storing": "after the file is stored, before ready",
    "before-swap": "before the commit of the swap",
    "after-swap": "after the commit of the swap",
    "before-restore": "before the commit of the swap back",
    "after-restore": "after the commit of the swap back, before the shop is told",
}
PATIENCE = 300.0  # seconds until a worker that nobody kills goes on

here = threading.local()


class Checkpoints(AppConfig):
    """Installs the points in a worker's process."""

    name = "tests.reliability.process_kills"
    label = "kills"

    def ready(self) -> None:
        from django_product_isolation.choices import Status
        from django_product_isolation.host import Target
        from django_product_isolation.models import IsolationRun
        from django_product_isolation.models.querysets import RunQuerySet
        from django_product_isolation.runflow import RunflowClient
        from django_product_isolation.workflow import collect, recording
        from django_product_isolation.imaging import cleaning  # isort: skip

        def moves(status: Status) -> Callable[..., bool]:
            return lambda *_args, **options: options.get("status") == status

        def reaches(status: Status) -> Callable[..., bool]:
            return lambda _run, new, **_options: new == status

        def swaps(status: Status) -> Callable[..., bool]:
            return lambda _run, outcome: outcome.status == status

        def collecting(*_args: Any) -> bool:
            return here.run.status == Status.COLLECTING

        remember_claims(RunQuerySet)
        around(IsolationRun, "record", after="before-submitting", when=moves(Status.SUBMITTING))
        around(RunflowClient, "create_run", before="before-post", after="after-post")
        around(IsolationRun, "move_to", after="after-recording", when=reaches(Status.PROCESSING))
        around(RunflowClient, "get_run", before="reading")
        in_pieces(collect)
        around(cleaning, "facts_of", before="decoding", when=collecting)
        around(Target, "store", before="before-storing", after="after-storing")
        around(IsolationRun, "record", after="before-swap", when=moves(Status.APPLIED))
        around(recording, "point_and_go", after="after-swap", when=swaps(Status.APPLIED))
        around(IsolationRun, "record", after="before-restore", when=moves(Status.RESTORED))
        around(recording, "point_and_go", after="after-restore", when=swaps(Status.RESTORED))


def around(
    owner: Any,
    name: str,
    *,
    before: str = "",
    after: str = "",
    when: Callable[..., bool] = lambda *_args, **_options: True,
) -> None:
    """Put points before and after a function."""
    original = getattr(owner, name)

    @wraps(original)
    def wrapped(*args: Any, **options: Any) -> Any:
        is_meant = when(*args, **options)
        if is_meant and before:
            die_at(before)
        result = original(*args, **options)
        if is_meant and after:
            die_at(after)
        return result

    setattr(owner, name, wrapped)


def remember_claims(queryset: Any) -> None:
    """Know which run this thread is working on."""
    original = queryset.claim

    def claim(self: Any, pk: Any) -> Any:
        here.run = original(self, pk)
        return here.run

    queryset.claim = claim


def in_pieces(collect: Any) -> None:
    """Download in small pieces, with a point after the second."""
    from django_product_isolation.fetching import transfer

    transfer.CHUNK = 1024
    original = collect.fetch_into

    def fetch_into(file: Any, url: str) -> None:
        original(Pieces(file), url)

    collect.fetch_into = fetch_into


class Pieces:
    """A file that knows how many pieces were written."""

    def __init__(self, file: Any) -> None:
        self.file, self.count = file, 0

    def write(self, piece: bytes) -> None:
        self.file.write(piece)
        self.count += 1
        if self.count == 2:
            die_at("downloading")


def die_at(point: str) -> None:
    """Die, if that is the plan and the run has not died before."""
    stage = Stage.of_this_process()
    planned, way, always = stage.planned
    run = getattr(here, "run", None)
    if planned != point or run is None:
        return
    if stage.may_die(str(run.pk), str(run.lease_owner), always=always):
        DEATHS[way](stage, str(run.pk))


def kill_this_process(_stage: Stage, _run: str) -> None:
    """What the kernel does to a process that has taken too much memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def wait_for_the_end(stage: Stage, run: str) -> None:
    """Stay here until the test kills the worker, or has told it to stop."""
    stage.arrive(run)
    ends = time.monotonic() + PATIENCE
    while not stage.goes_on and time.monotonic() < ends:
        time.sleep(0.02)


def run_out_of_time(_stage: Stage, _run: str) -> None:
    """What Celery does when the soft limit is over: billiard sends this signal, which raises."""
    os.kill(os.getpid(), signal.SIGUSR1)


def run_out_of_memory(_stage: Stage, _run: str) -> None:
    raise MemoryError


DEATHS: dict[str, Callable[[Stage, str], None]] = {
    "child-killed": kill_this_process,
    "worker-killed": wait_for_the_end,
    "stopped": wait_for_the_end,
    "group-stopped": wait_for_the_end,
    "soft-limit": run_out_of_time,
    "no-memory": run_out_of_memory,
}
