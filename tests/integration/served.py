"""The example shop behind a real web server, which takes the steps in its own processes."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import requests

from django_product_isolation.sandbox import Sandbox
from tests.example_project.shop_process import environment, manage
from tests.http_server import free_port

from .shop import EXAMPLE_PROJECT, DemoShop

PYTHON = [sys.executable, "-m"]
GUNICORN = [*PYTHON, "gunicorn", "config.wsgi", "--bind", "127.0.0.1:{port}", "--workers", "2"]
UVICORN = [*PYTHON, "uvicorn", "--factory", "django.core.asgi:get_asgi_application", "--port"]
SERVERS = {
    "sync": GUNICORN,
    "gthread": [*GUNICORN, "--worker-class", "gthread", "--threads", "4"],
    "preload": [*GUNICORN, "--preload"],
    "reload": [*GUNICORN, "--reload"],
    "max-requests": [*GUNICORN, "--max-requests", "3"],
    "uvicorn": [*UVICORN, "{port}"],
    "runserver": [sys.executable, "manage.py", "runserver", "127.0.0.1:{port}"],
}
FILL = (
    "from pathlib import Path; from shop import demo_data, photo_files; demo_data.create_users(); "
    "demo_data.load_products(photo_files.photos_in(Path({folder!r})))"
)


class ServedShop(DemoShop):
    """A shop that is filled once and whose server may be started, stopped and killed."""

    def __init__(self, var: Path, photos: Path, sandbox: Sandbox, server: str, **more: str) -> None:
        var.mkdir(parents=True, exist_ok=True)
        self.url, self.var = f"http://127.0.0.1:{free_port()}", var
        self.log_path = var / "server.log"
        self.command = [
            part.replace("{port}", self.url.rpartition(":")[2]) for part in SERVERS[server]
        ]
        self.settings = {
            "SHOP_URL": self.url,
            "SHOP_CALLBACKS": "off",
            "RUNFLOW_BASE_URL": sandbox.url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **more,
        }
        for arguments in (
            ["migrate", "-v0"],
            ["shell", "-v0", "-c", FILL.format(folder=str(photos))],
        ):
            done = manage(var, *arguments, **self.settings)
            assert done.returncode == 0, done.stderr
        self.session = requests.Session()
        self.session.trust_env = False

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        self.process = self.run(self.command)
        self.until(self.answers, seconds=60)

    def run(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        """Start a program of the shop's, in a session of its own; it writes into our log."""
        with self.log_path.open("a") as log:
            return subprocess.Popen(
                command,
                cwd=EXAMPLE_PROJECT,
                env=environment(self.var, **self.settings),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @contextmanager
    def beside(self, command: Sequence[str]) -> Iterator[None]:
        """A program beside the site, such as a worker."""
        process = self.run(command)
        try:
            yield
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def answers(self) -> bool:
        try:
            return self.session.get(f"{self.url}/product-isolation/health/", timeout=5).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """SIGKILL to the server and all its children."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, seconds: float = 20) -> float:
        """SIGTERM, as an init system sends it to all. Returns how many seconds the end took."""
        began = time.monotonic()
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(seconds)
        return time.monotonic() - began

    def __enter__(self) -> "ServedShop":
        self.start()
        return self

    def __exit__(self, *args: object) -> None:
        if self.process.poll() is None:
            self.kill()
        self.session.close()

    def order(self) -> str:
        """Have all images isolated, as an assistant does; the address of the batch."""
        self.log_in("assistant")
        confirm = self.act("isolate_product", self.image_keys())
        fields = [field for field in confirm.fields if field[0] != "resolution"]
        return self.post(confirm.url, [*fields, ("resolution", "1K")]).url.removeprefix(self.url)

    def rows(self, question: str, *values: object) -> Sequence[tuple]:
        """Ask the database itself, so that no request wakes anybody."""
        with closing(self.connect()) as database, database:
            found = database.execute(question, values)
            return found.fetchall() if found.description else []

    def connect(self) -> Any:
        return sqlite3.connect(self.var / "shop.sqlite3", timeout=20)

    def statuses(self) -> list[str]:
        found = self.rows("SELECT status FROM product_isolation_isolationrun WHERE due_at IS NULL")
        return [status for (status,) in found]

    def at_work(self) -> list[str]:
        """The statuses of the runs that are in somebody's hands."""
        question = "SELECT status FROM product_isolation_isolationrun WHERE lease_owner IS NOT NULL"
        return [status for (status,) in self.rows(question)]

    def lose_time(self) -> None:
        """What the dead held runs out, as it does after a minute."""
        self.rows("UPDATE product_isolation_isolationrun SET lease_until = '2000-01-01 00:00:00'")

    def until_applied(self, count: int, *, seconds: float = 60) -> None:
        self.until(lambda: self.statuses() == ["applied"] * count, seconds=seconds)
