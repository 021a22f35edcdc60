"""Callbacks a second beside the least that one can cost, and beside other apps' views.

Needs wrk (Debian's package of that name), gunicorn, dj-stripe and django-anymail.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.benchmarks.apart import apart
from tests.benchmarks.registry import Measured
from tests.http_server import free_port

SECONDS = 4
CONNECTIONS = 8
SERVER = (
    "-k",
    "gthread",
    "-w",
    "2",
    "--threads",
    "4",
    "--keep-alive",
    "60",
    "--log-level",
    "error",
)
WRK = Path(__file__).parents[1] / "webhooks" / "send.lua"
SAID = re.compile(r"answers (\d+) seconds ([\d.]+) refused (\d+) lost (\d+)")
ON_EACH_DATABASE = True

GOALS = (
    ("genuine callbacks", "ours", "bare", "one HMAC, one JSON, one UPDATE", 0.75),
    ("genuine callbacks, dj-stripe", "ours", "stripe", "dj-stripe's view, which does nothing", 2.5),
    ("refused callbacks, Anymail", "refused", "anymail", "Anymail's view of Mailgun's events", 1.0),
)


def measure(options: Namespace) -> Iterator[Measured]:
    if shutil.which("wrk") is None:
        raise SystemExit("The part called callbacks needs wrk: apt-get install wrk")
    with tempfile.TemporaryDirectory() as folder, site(Path(folder)) as url:
        rates = rates_of(Path(folder), url, options.rounds)
    for name, ours, simpler, beside, bar in GOALS:
        yield Measured(
            name=name,
            beside=beside,
            bar=bar,
            at_least=True,
            ours=rates[ours],
            simpler=rates[simpler],
            unit="1/s",
        )


def rates_of(folder: Path, url: str, rounds: int) -> dict[str, list[float]]:
    """Answers a second of each kind of callback; each run is called back once a round."""
    rates: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        for kind in ("ours", "bare", "stripe", "refused", "anymail"):
            apart(wait_again)
            rates[kind].append(rate(folder / kind, url, refused=kind == "refused"))
    return rates


def rate(requests: Path, url: str, *, refused: bool) -> float:
    """Answers a second. Raises RuntimeError when one was not as it is meant to be."""
    how = ["-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "30s", "-s", str(WRK)]
    called = subprocess.run(
        ["wrk", *how, url, "--", str(requests)], capture_output=True, text=True, check=True
    )
    found = SAID.search(called.stdout)
    if found is None:
        raise RuntimeError(called.stdout + called.stderr)
    answers, seconds, denied, lost = (float(group) for group in found.groups())
    if lost or denied != (answers if refused else 0):
        raise RuntimeError(f"{requests.name}: {called.stdout}")
    return answers / seconds


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """The address of a server with rows that wait; the environment names its database."""
    before = {name: os.environ.get(name) for name in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    os.environ["DATABASE_URL"] = own_database(os.environ["DATABASE_URL"])
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.webhooks.settings"
    try:
        apart(prepare, folder)
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", *SERVER, "-b", f"127.0.0.1:{port}"]
        server = subprocess.Popen([*command, "django.core.wsgi:get_wsgi_application()"])
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def own_database(url: str) -> str:
    """Beside the one with the history."""
    place, mark, query = url.partition("?")
    return f"{place}_callbacks{mark}{query}"


def prepare(folder: Path) -> None:
    import django

    django.setup()
    from tests.benchmarks.place import make_anew
    from tests.benchmarks.webhooks import requests

    make_anew()
    requests.prepare(folder)


def wait_again() -> None:
    import django

    django.setup()
    from tests.benchmarks.webhooks import requests

    requests.wait_again()


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            urlopen(f"http://127.0.0.1:{port}/", timeout=60)
        except URLError as error:
            if hasattr(error, "code"):  # an answer, whatever it says
                return
            time.sleep(0.1)
    raise RuntimeError("the server does not start")
