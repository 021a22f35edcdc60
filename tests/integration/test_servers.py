"""WORKERS = "thread" under the web servers that shops have: no second process, no waiting page."""

import time
from contextlib import contextmanager

import pytest

from django_product_isolation.sandbox import Sandbox
from tests.photos import photo_bytes
from tests.runflow_account import RunflowAccount

from .served import SERVERS, ServedShop

pytestmark = pytest.mark.long

PHOTOS = 3


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, colour in enumerate(("firebrick", "navy", "darkgreen")):
        photo = photo_bytes(size=(500, 400), colour=colour)
        (folder / f"photo-{number}.jpg").write_bytes(photo)
    return folder


@pytest.fixture
def sandbox(tmp_path):
    """A Runflow that replays nothing: a second request would be a second run."""
    data = tmp_path / "sandbox"
    with Sandbox(("127.0.0.1", 0), data=data, speed="instant", engine="light") as server:
        server.behave(idempotency="off")
        yield server


def paid(sandbox: Sandbox) -> int:
    [row] = sandbox.services.database.rows("SELECT COUNT(*) AS runs FROM run")
    return row["runs"]


@pytest.mark.parametrize("server", sorted(SERVERS))
def test_the_site_alone_brings_images_to_their_end_while_nobody_looks(
    server, sandbox, folder, tmp_path
):
    with ServedShop(tmp_path / "var", folder, sandbox, server) as shop:
        shop.order()
        # A worker that the server restarts in the midst of a step leaves its lease to run out.
        shop.until_applied(PHOTOS, seconds=150)
        assert paid(sandbox) == PHOTOS
        assert "Traceback" not in shop.log


# Where a run stands while Runflow is asked something.
OPERATIONS = {
    "create_upload": "queued",
    "create_run": "submitting",
    "get_run": "processing",
    "download_file": "collecting",
}


@contextmanager
def slow(sandbox: Sandbox, operation: str, seconds: float = 30):
    """Every such request is answered late, so that a step is under way when the end comes."""
    account = RunflowAccount(sandbox.url)
    account.behave(fault="slow_reply", on=operation, seconds=seconds, times=0)
    yield
    account.reset()
    account.behave(idempotency="off")


@pytest.mark.parametrize("server", ["sync", "uvicorn"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_site_that_is_killed_in_the_middle_loses_nothing(
    server, operation, sandbox, folder, tmp_path
):
    with ServedShop(tmp_path / "var", folder, sandbox, server) as shop:
        with slow(sandbox, operation):
            shop.order()
            shop.until(lambda: OPERATIONS[operation] in shop.at_work(), seconds=30)
            time.sleep(0.3)
            shop.kill()
        assert shop.at_work()
        shop.lose_time()
        shop.start()
        shop.until_applied(PHOTOS)
        assert paid(sandbox) == PHOTOS


def is_soon(happened, seconds=5):
    """Whether it happens in a moment: children may outlive the server that they belong to."""
    ends = time.monotonic() + seconds
    while not happened() and time.monotonic() < ends:
        time.sleep(0.05)
    return happened()


@pytest.mark.parametrize("server", ["sync", "gthread"])
def test_a_site_that_is_restarted_again_and_again_gives_its_runs_back(
    server, sandbox, folder, tmp_path
):
    with ServedShop(tmp_path / "var", folder, sandbox, server) as shop:
        with slow(sandbox, "download_file"):
            shop.order()
            for _ in range(4):
                shop.until(lambda: "collecting" in shop.at_work(), seconds=60)
                time.sleep(0.3)
                assert shop.stop() < 10
                assert is_soon(lambda: not shop.at_work())
                shop.start()
        shop.until_applied(PHOTOS)
        assert paid(sandbox) == PHOTOS
