"""``manage.py demo`` started and stopped for real: what it keeps, ends and refuses."""

import os
import signal
import socket
from dataclasses import dataclass

import pytest
import requests

from .shop_process import STARTED, demo, ends, free_ports, manage, names, page, sources

pytestmark = pytest.mark.long  # starts processes


@dataclass
class Ended:
    """What is left of a demo that was stopped."""

    status: int
    output: str
    programs: dict[str, int]
    home: str


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return tmp_path_factory.mktemp("filled") / "var"


@pytest.fixture(scope="module")
def first_start(filled, photos):
    """A demo that was stopped by Ctrl-C."""
    with demo(filled, "--photos", str(photos), "--workers", "embedded") as running:
        running.wait_for(STARTED)
        programs, home = running.programs(), page(running)
        status = running.interrupt()
    return Ended(status, running.output, programs, home)


@pytest.fixture(scope="module")
def second_start(filled, first_start, photos):
    """The same shop again after a product was renamed, this time stopped by SIGTERM."""
    change = (
        "from shop.models import Product; Product.objects.filter(slug='mug').update(name='Cup')"
    )
    assert manage(filled, "shell", "-v", "0", "-c", change).returncode == 0
    with demo(filled, "--photos", str(photos)) as running:
        running.wait_for(STARTED)
        programs, home = running.programs(), page(running)
        running.process.terminate()
        status = running.ended()
    return Ended(status, running.output, programs, home)


def test_ctrl_c_ends_every_program(first_start):
    assert set(first_start.programs) == {"runflow_sandbox", "runserver", "isolation_worker"}
    assert first_start.status == 0
    assert first_start.output.endswith("\nStopped.\n")
    assert "worker  | Taking the steps" in first_start.output
    assert "worker  | Stopped." in first_start.output
    assert "Traceback" not in first_start.output
    assert all(ends(pid) for pid in first_start.programs.values())


def test_sigterm_ends_every_program(second_start):
    assert second_start.status == 0
    assert second_start.output.endswith("\nStopped.\n")
    assert all(ends(pid) for pid in second_start.programs.values())


def test_without_a_worker_site_and_sandbox_are_all(second_start):
    assert set(second_start.programs) == {"runflow_sandbox", "runserver"}


def test_a_second_start_keeps_the_data_and_adds_only_what_is_new(first_start, second_start):
    assert names(first_start.home) == ["Jeans street", "Mug", "Tea pot"]
    assert names(second_start.home) == ["Cup", "Jeans street", "Tea pot"]
    assert sorted(sources(second_start.home)) == sorted(sources(first_start.home))
    assert "0 new products" in second_start.output


def test_a_program_that_dies_is_named_and_ends_the_demo(filled, first_start):
    with demo(filled, "--workers", "embedded") as running:
        running.wait_for(STARTED)
        programs = running.programs()
        os.kill(programs["isolation_worker"], signal.SIGKILL)
        assert running.ended() == 1

    assert "The worker stopped by itself" in running.output
    assert all(ends(pid) for pid in programs.values())


def test_an_empty_shop_is_filled_with_products_of_the_demo(tmp_path):
    with demo(tmp_path / "var") as running:
        running.wait_for(STARTED)
        home = page(running)
        pictures = [requests.get(running.url + address, timeout=10) for address in sources(home)]

    assert len(names(home)) == 8
    assert "Enamel mug" in names(home)
    assert {picture.headers["Content-Type"] for picture in pictures} == {"image/webp"}


@pytest.mark.parametrize("option", ["--port", "--sandbox-port"])
def test_a_taken_port_is_named_and_nothing_is_started(tmp_path, option):
    ports = dict(zip(["--port", "--sandbox-port"], free_ports(2), strict=True))
    arguments = [str(word) for pair in ports.items() for word in pair]

    with socket.create_server(("127.0.0.1", ports[option])):
        done = manage(tmp_path / "var", "demo", *arguments)

    assert done.returncode == 1
    assert f"Port {ports[option]} is taken" in done.stderr
    assert f"{option} {ports[option] + 1}" in done.stderr
    assert not (tmp_path / "var" / "shop.sqlite3").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--photos", "no-such-folder"], "there is no folder no-such-folder"),
        (["--photos", "empty"], "there is no picture in empty"),
        (["--port", "8765", "--sandbox-port", "8765"], "--port and --sandbox-port must differ"),
        (["--port", "70000"], "--port must be between 1 and 65535"),
        (["--sandbox-port", "0"], "--sandbox-port must be between 1 and 65535"),
        (["--workers", "celery"], "No broker answers"),
    ],
)
def test_a_mistake_is_explained_before_anything_starts(tmp_path, arguments, message):
    (tmp_path / "empty").mkdir()
    port, sandbox_port, broker = free_ports(3)
    done = manage(
        tmp_path / "var",
        *("demo", "--port", str(port), "--sandbox-port", str(sandbox_port), *arguments),
        CELERY_BROKER_URL=f"redis://127.0.0.1:{broker}/0",
    )

    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
