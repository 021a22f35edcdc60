"""A run's way from queued to its end, one step at a time (contract, section 3).

Knows the order of steps, how long each state lasts, and what a run's faults change; the picture
itself is made by ``isolated``.
"""

import json
import logging
import secrets
import time
from collections.abc import Callable, Container
from typing import Any

from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.sandbox.behaviour import Behaviour
from django_product_isolation.sandbox.callbacks import Callbacks
from django_product_isolation.sandbox.config import PRICE_CENTS, SPEEDS, SandboxConfig, Seconds
from django_product_isolation.sandbox.store.accounts import Accounts
from django_product_isolation.sandbox.store.database import Database
from django_product_isolation.sandbox.store.folder import Folder
from django_product_isolation.sandbox.store.identifiers import milliseconds_between, timestamp
from django_product_isolation.sandbox.store.runs import Run, Runs

from .compose import canvas_size
from .engines import Engine
from .isolated import isolated
from .picture import InputRefused
from .sources import Sources

logger = logging.getLogger("django_product_isolation")

TAMPERED = "tampered_"  # what those faults are called
MOST_ATTEMPTS = 3  # a run that ended the process this often is given up
RANDOM = secrets.SystemRandom()


class Processing:
    """Takes the steps of runs."""

    def __init__(
        self,
        *,
        config: SandboxConfig,
        database: Database,
        runs: Runs,
        accounts: Accounts,
        callbacks: Callbacks,
        sources: Sources,
        folder: Folder,
        behaviour: Behaviour,
        engine: Engine,
        callbacks_queued: Callable[[], None],
    ) -> None:
        self._config = config
        self._database = database
        self._runs = runs
        self._accounts = accounts
        self._callbacks = callbacks
        self._sources = sources
        self._folder = folder
        self._behaviour = behaviour
        self._engine = engine
        self._callbacks_queued = callbacks_queued
        self._speed = SPEEDS[config.speed]

    def first_due(self, faults: Container[str]) -> float | None:
        """Return the moment a run created now leaves ``queued``; None: not by a worker."""
        held = "stuck_in_queued" in faults or self.finishes_at_once(faults)
        return None if held else moment_within(self._speed.queued)

    def finishes_at_once(self, faults: Container[str]) -> bool:
        """Return whether a run created now is finished before its request is answered."""
        return "callback_before_reply" in faults or self._behaviour["create_state"] == "finished"

    def take_step(self, run_id: str) -> None:
        """Take the one next step of a run; nothing for a run that has ended."""
        run = self._runs.get(run_id)
        if run.status_code == "queued":
            self._leave_queue(run)
        elif run.status_code == "dispatching":
            self._start(run)
        elif run.status_code == "running":
            self._finish(run)

    def finish_now(self, run_id: str) -> Run:
        """Take all steps of a run at once and return it."""
        run = self._runs.get(run_id)
        while run.is_open and not run.is_stuck:
            self.take_step(run_id)
            run = self._runs.get(run_id)
        return run

    def _leave_queue(self, run: Run) -> None:
        if self._behaviour["dispatching"] == "off":
            self._start(run)
        else:
            due_at = moment_within(self._speed.dispatching)
            self._runs.move(run, "dispatching", due_at=due_at)

    def _start(self, run: Run) -> None:
        stays = "unknown_state" in run.fault_options
        due_at = None if stays else moment_within(self._speed.running)
        self._runs.move(run, "running", due_at=due_at, started_at=timestamp())

    def _finish(self, run: Run) -> None:
        faults = run.fault_options
        if "run_failed" in faults:
            self._fail(run, **chosen_failure(faults["run_failed"]))
        elif "run_cancelled" in faults:
            self._end(run, "cancelled")
        elif run.attempts >= MOST_ATTEMPTS:
            self._fail(run, "SANDBOX_WORKER_LOST", "The work on this run ended the process.")
        else:
            self._runs.count_attempt(run)
            self._isolate(run)

    def _isolate(self, run: Run) -> None:
        try:
            files = [] if "empty_output" in run.fault_options else self._make_files(run)
        except InputRefused as refusal:
            self._fail(run, refusal.code, str(refusal), stage="preprocess")
        except Exception:
            logger.exception("event=sandbox_engine_failed run_id=%s", run.id)
            self._fail(run, "SANDBOX_ENGINE_FAILED", "The engine failed; see the sandbox's log.")
        else:
            cost = f"{PRICE_CENTS / 100:.2f}"
            self._end(run, "succeeded", output_files=json.dumps(files), cost=cost)

    def _make_files(self, run: Run) -> list[str]:
        """Make the output files of a run and return their names. Raises InputRefused."""
        fields = run.fields
        image_format = self._behaviour["image_format"]
        made = isolated(
            self._sources.load(fields["image_url"]),
            engine=self._engine,
            size=canvas_size(
                AspectRatio(fields["aspect_ratio"]),
                Resolution(fields["resolution"]),
                self._behaviour["sizes"] or self._config.sizes,
            ),
            background=self._behaviour["background"],
            image_format=image_format,
            spoilt=tampered(run),
        )
        self._folder.write(f"{run.id}-before.webp", made.before)
        self._folder.write(f"{run.id}-after.webp", made.after)
        names = [f"{run.id}-{n + 1}.{image_format}" for n in range(self._count())]
        for name in names:
            self._folder.write(name, made.content)
        return names

    def _count(self) -> int:
        return int(self._behaviour["output_count"])

    def _fail(self, run: Run, code: str, message: str, stage: str = "dispatch") -> None:
        self._end(
            run,
            "failed",
            failure_code=code,
            failure_message=message,
            failure_stage_code=stage,
        )

    def _end(self, run: Run, status: str, **values: Any) -> None:
        """Bring a run to its end: record, debit and callback are one transaction."""
        now = timestamp()
        with self._database.transaction():
            moved = self._runs.move(
                run,
                status,
                due_at=None,
                completed_at=now,
                duration_ms=milliseconds_between(run.created_at, now),
                engine=self._engine.name,
                **values,
            )
            if not moved:
                return
            if status == "succeeded":
                self._accounts.debit(run.org_id)
            self._callbacks.announce(self._runs.get(run.id))
        self._callbacks_queued()  # not sooner: the queue's lock and the database's never nest
        logger.info("event=sandbox_run_ended run_id=%s status=%s", run.id, status)


def tampered(run: Run) -> tuple[str, ...]:
    """Return how the run's result is to be spoilt."""
    names = (name for name in run.fault_options if name.startswith(TAMPERED))
    return tuple(name.removeprefix(TAMPERED) for name in names)


def moment_within(seconds: Seconds) -> float:
    """Return a moment (seconds since 1970) that is so far away."""
    return time.time() + RANDOM.uniform(*seconds)


def chosen_failure(options: Any) -> dict[str, str]:
    """Return code and message of a failure that was asked for."""
    return {
        "code": options.get("failure_code", "SANDBOX_FAILED_ON_DEMAND"),
        "message": options.get("failure_message", "This failure was asked for."),
    }
