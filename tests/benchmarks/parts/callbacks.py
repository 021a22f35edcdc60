"""Callbacks a second beside the least that one can cost, and beside other apps' views.

Needs wrk (Debian's package of that name), gunicorn, dj-stripe and django-anymail.
"""

import os
import re
import shutil
import subprocess
import tempfile
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.apart import apart, environment
from tests.benchmarks.registry import Measured
from tests.benchmarks.served import served

SECONDS = 4
CONNECTIONS = 8
SETTINGS = "tests.benchmarks.webhooks.settings"
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
    own = own_database(os.environ["DATABASE_URL"])
    with environment(DATABASE_URL=own, DJANGO_SETTINGS_MODULE=SETTINGS):
        apart(prepare, folder)
        with served(SETTINGS, workers=2) as started:
            yield started.url


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
