"""A worker as a process of its own: Celery's prefork worker, or the embedded one."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence
from pathlib import Path

import tests

from .shared_folder import VARIABLE, Stage

ROOT = Path(tests.__file__).parents[1]
APP = "tests.reliability.process_kills.celery_app"
CELERY = ["celery", "-A", APP, "worker", "--pool", "prefork"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO"]
EMBEDDED = ["django", "isolation_worker", "--pause", "0.1"]
READY = {"celery": " ready.", "embedded": "Taking the steps"}


def environment(stage: Stage) -> dict[str, str]:
    """What a process of the shop finds in its environment."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.reliability.process_kills.settings",
        "PYTHONUNBUFFERED": "1",
        VARIABLE: str(stage.folder),
    }


class Worker:
    """Starts the process anew whenever it is asked to. ``hands`` runs are worked on at once."""

    def __init__(self, stage: Stage, engine: str, hands: int) -> None:
        self.stage, self.engine, self.hands = stage, engine, hands
        self.log_path = stage.folder / "worker.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.seen = 0  # bytes of the log that belong to earlier processes

    @property
    def command(self) -> Sequence[str]:
        if self.engine == "celery":
            # A name of its own: RabbitMQ gives each name's control queue to one worker only.
            name = f"kills-{uuid.uuid4().hex}@localhost"
            return [*CELERY, "--hostname", name, "--concurrency", str(self.hands), *QUIET]
        return [*EMBEDDED, "--threads", str(self.hands)]

    @property
    def log(self) -> str:
        return self.log_path.read_text() if self.log_path.exists() else ""

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start, and wait until it takes work."""
        self.seen = len(self.log)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                cwd=ROOT,
                env=environment(self.stage),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._await_ready()

    def _await_ready(self) -> None:
        ends = time.monotonic() + 60
        while READY[self.engine] not in self.log[self.seen :]:
            if not self.is_alive or time.monotonic() > ends:
                raise AssertionError(f"The worker did not start:\n{self.log[self.seen :]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL to the worker and all its children."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, *, group: bool = False) -> None:
        """SIGTERM, as an init system sends it: to the worker, or to its whole group.

        Raises AssertionError when it has not ended within a minute.
        """
        assert self.process is not None
        if group:
            os.killpg(self.process.pid, signal.SIGTERM)
        else:
            self.process.terminate()
        time.sleep(0.1)  # so that the signal is there before anybody goes on
        self.stage.let_go()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"SIGTERM did not end the worker:\n{self.log[-3000:]}") from None
