"""A stranger's shop as processes: its database, its web server, and a sandbox beside it."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from tests.http_server import free_port

ROOT = Path(__file__).parents[2]
FOREIGN = ("SHOP_", "RUNFLOW_", "CELERY_", "DATABASE_URL", "DJANGO_", "PYTHONWARNINGS")
SECONDS = 90.0


class Project:
    """One of the projects in this folder, with a folder of its own for what it keeps."""

    def __init__(self, name: str, var: Path, **environment: str) -> None:
        self.name, self.var = name, var
        self.url = ""  # while it is not running
        own = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
        self.environment = {
            **own,
            "DJANGO_SETTINGS_MODULE": f"tests.strangers.{name}.settings",
            "PYTHONPATH": os.pathsep.join([str(ROOT), own.get("PYTHONPATH", "")]),
            "SHOP_VAR": str(var),
            "SANDBOX_URL": "http://127.0.0.1:1",
            **environment,
        }

    def run(self, *arguments: str) -> str:
        """What a management command says. It has to succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "django", *arguments],
            env=self.environment,
            cwd=self.var,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def checked(self) -> set[str]:
        """The ids of what ``check`` finds here. None may be an error."""
        return set(re.findall(r"\((\w+\.[EWI]\d+)\)", self.run("check")))

    def set_up(self, picture: Path) -> None:
        """Tables, people, and one product with that picture."""
        self.run("migrate", "--run-syncdb", "--verbosity", "0")
        seed = f"from tests.strangers.{self.name}.seed import seed\n"
        self.run("shell", "-c", f"{seed}seed(open({str(picture)!r}, 'rb').read())")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Web server and sandbox, until the block ends. The workers are the default ones."""
        with ExitStack() as stack:
            if "WITHOUT_THE_APP" not in self.environment:
                stack.enter_context(self._sandbox())
            site = f"127.0.0.1:{free_port()}"
            self.url = f"http://{site}"
            stack.enter_context(self._process("runserver", "--noreload", site))
            self._wait_for(f"{self.url}/admin/login/")
            yield

    @contextmanager
    def _sandbox(self) -> Iterator[None]:
        # A port is chosen when it is needed: a busy machine soon gives it to somebody else.
        place = f"127.0.0.1:{free_port()}"
        self.environment["SANDBOX_URL"] = f"http://{place}"
        speed = ("--speed", "instant", "--engine", "light", "--data", str(self.var / "sandbox"))
        with self._process("runflow_sandbox", place, *speed):
            self._wait_for(f"http://{place}")
            yield

    @contextmanager
    def _process(self, *arguments: str) -> Iterator[None]:
        with self.log_of(arguments[0]).open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "django", *arguments],
                env=self.environment,
                cwd=self.var,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def log_of(self, command: str) -> Path:
        return self.var / f"{command}.log"

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in self.var.glob("*.log"))

    def _wait_for(self, url: str) -> None:
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            try:
                requests.get(url, timeout=5)
                return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError(f"{url} does not answer:\n{self.logs()}")
