"""Which programs make up the demo, and how each is called.

Knows the commands and the environment they get; starting and stopping is in ``processes``.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from .processes import HOST, Program

PROJECT = Path(__file__).resolve().parent.parent
MANAGE = [sys.executable, str(PROJECT / "manage.py")]


@dataclass(frozen=True)
class Ports:
    """``sandbox`` is None when images go to the real Runflow."""

    shop: int
    sandbox: int | None

    @property
    def shop_url(self) -> str:
        return f"http://{HOST}:{self.shop}/"


def programs(ports: Ports, workers: str) -> list[Program]:
    """Return the programs in the order in which they start."""
    environment = {
        "SHOP_VAR": str(settings.VAR),
        "SHOP_URL": ports.shop_url.rstrip("/"),
        "SHOP_DEBUG": "on",
        "SHOP_WORKERS": workers,
        "RUNFLOW_BASE_URL": (
            f"http://{HOST}:{ports.sandbox}" if ports.sandbox else settings.RUNFLOW_URL
        ),
    }
    site = Program(
        name="site",
        command=[*MANAGE, "runserver", "--noreload", f"{HOST}:{ports.shop}"],
        environment={**environment, "DJANGO_RUNSERVER_HIDE_WARNING": "true"},
        port=ports.shop,
    )
    sandbox = [sandbox_program(ports.sandbox, environment)] if ports.sandbox else []
    return [*sandbox, site, *worker_programs(workers, environment)]


def sandbox_program(port: int, environment: dict[str, str]) -> Program:
    return Program(
        name="sandbox",
        command=[
            *MANAGE,
            "runflow_sandbox",
            f"{HOST}:{port}",
            "--signing-secret",
            settings.SIGNING_SECRET,
            "--data",
            str(settings.VAR / "sandbox"),
            "--verbosity=0",  # how to use it is for others: this shop does already
        ],
        environment=environment,
        port=port,
    )


def worker_programs(workers: str, environment: dict[str, str]) -> list[Program]:
    """Return the worker, none where the site's own processes take the steps."""
    if workers == "thread":
        return []
    if workers == "embedded":
        command, ready_line = [*MANAGE, "isolation_worker"], "Taking the steps"
    else:
        schedule = str(settings.VAR / "celerybeat-schedule")
        celery = [sys.executable, "-m", "celery", "-A", "config", "worker"]
        command, ready_line = [*celery, "-B", "-s", schedule, "-c", "2", "-l", "INFO"], " ready."
    return [
        Program(
            name="worker",
            command=command,
            folder=PROJECT,
            environment=environment,
            ready_line=ready_line,
        )
    ]


def broker_answers() -> bool:
    """Return whether Celery's broker can be reached."""
    from celery import current_app
    from kombu.exceptions import OperationalError

    try:
        with current_app.connection_for_write(connect_timeout=2) as connection:
            connection.ensure_connection(max_retries=1, timeout=3)
    except OperationalError:
        return False
    return True
