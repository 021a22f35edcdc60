"""Runs the example shop's ``manage.py`` as its user would: in a process, in a folder of its own."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import requests

MANAGE = Path(__file__).resolve().parents[2] / "example_project" / "manage.py"
FOREIGN = ("SHOP_", "RUNFLOW_", "CELERY_", "DATABASE_URL", "DJANGO_")
STARTED = "Ctrl-C ends everything"


def environment(var: Path, **settings: str) -> dict[str, str]:
    """Return the environment without the tests' own Django settings, with these instead."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    return {**own, "SHOP_VAR": str(var), **settings}


def manage(var: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(MANAGE), *arguments],
        env=environment(var, **settings),
        cwd=var.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as sockets:
        taken = [sockets.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


class Demo:
    """A running ``manage.py demo``, in a session of its own like a terminal's foreground job."""

    def __init__(self, var: Path, *arguments: str, **settings: str) -> None:
        self.port, self.sandbox_port = free_ports(2)
        self.url = f"http://127.0.0.1:{self.port}/"
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [
                *(sys.executable, str(MANAGE), "demo", *arguments),
                *("--port", str(self.port), "--sandbox-port", str(self.sandbox_port)),
            ],
            env=environment(var, **settings),
            cwd=var.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        with self.process.stdout:
            self.lines.extend(iter(self.process.stdout.readline, ""))

    @property
    def output(self) -> str:
        return "".join(self.lines)

    def wait_for(self, text: str, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while text not in self.output:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"No {text!r} in the output of the demo:\n{self.output}")
            time.sleep(0.05)

    def programs(self) -> dict[str, int]:
        """Return the process ids of what the demo started, by command."""
        table = subprocess.run(
            ["ps", "-A", "-ww", "-o", "pid=,ppid=,args="],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        pattern = re.compile(rf"^ *(\d+) +{self.process.pid} +.*manage\.py (\w+)", re.MULTILINE)
        return {command: int(pid) for pid, command in pattern.findall(table)}

    def interrupt(self) -> int:
        """Press Ctrl-C, which reaches every process of the terminal's group; return the status."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.ended()

    def ended(self) -> int:
        status = self.process.wait(timeout=60)
        self.reader.join(timeout=10)
        return status


@contextlib.contextmanager
def demo(var: Path, *arguments: str, **settings: str) -> Iterator[Demo]:
    running = Demo(var, *arguments, **settings)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.terminate()
        running.ended()


def ends(pid: int) -> bool:
    """Return whether the process ends soon; one that nobody has waited for yet has ended too."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        command = ["ps", "-o", "stat=", "-p", str(pid)]
        state = subprocess.run(command, capture_output=True, text=True).stdout.strip()
        if not state or state.startswith("Z"):
            return True
        time.sleep(0.05)
    return False


def page(shop: Demo, path: str = "", **query: str) -> str:
    answer = requests.get(shop.url + path, params=query, timeout=10)
    assert answer.status_code == 200
    return answer.text


def names(html: str) -> list[str]:
    return re.findall(r'class="product-name">([^<]+)', html)


def sources(html: str) -> list[str]:
    return re.findall(r'<img[^>]* src="/([^"]+)"', html)
