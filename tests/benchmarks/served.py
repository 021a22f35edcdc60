"""A site of the benchmarks behind gunicorn, in processes of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.http_server import free_port

SERVER = ("-k", "gthread", "--threads", "4", "--keep-alive", "60", "--log-level", "error")
TICKS = os.sysconf("SC_CLK_TCK")  # a second


@dataclass(frozen=True)
class Site:
    """Where it is, and the processes that answer."""

    url: str
    server: "subprocess.Popen[bytes]"

    @property
    def workers(self) -> list[int]:
        task = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children")
        return [int(pid) for pid in task.read_text().split()]

    def processor_seconds(self) -> float:
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2] for pid in self.workers]
        return sum(int(field.split()[11]) + int(field.split()[12]) for field in fields) / TICKS

    def most_memory(self) -> float:
        """MB that the largest of them has ever taken."""
        told = [Path(f"/proc/{pid}/status").read_text() for pid in self.workers]
        return max(int(text.split("VmHWM:")[1].split()[0]) / 1024 for text in told)


@contextmanager
def served(settings: str, *, workers: int, **environment: str) -> Iterator[Site]:
    """The site of these settings, a module's name; the environment says where its database is."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", *SERVER, "-w", str(workers)]
    server = subprocess.Popen(
        [*command, "-b", f"127.0.0.1:{port}", "django.core.wsgi:get_wsgi_application()"],
        env={**os.environ, **environment, "DJANGO_SETTINGS_MODULE": settings},
    )
    try:
        wait_for(f"http://127.0.0.1:{port}/")
        yield Site(f"http://127.0.0.1:{port}", server)
    finally:
        server.terminate()
        server.wait()


def wait_for(url: str) -> None:
    for _ in range(200):
        try:
            urlopen(url, timeout=60).close()
        except HTTPError:  # an answer, whatever it says
            return
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server does not start")
