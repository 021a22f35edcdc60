"""What a shop rests on goes away for a while: nothing is held, all goes on by itself afterwards.

The outages are short; how long they last makes no difference but for the pauses, which end at half
a minute for workers and at a minute for a single run.
"""

import os
import sys
import time
from collections import Counter
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from django_product_isolation.sandbox import Sandbox
from tests.empty_database import empty_database
from tests.http_server import certificate
from tests.photos import photo_bytes
from tests.runflow_account import RunflowAccount
from tests.services import needs
from tests.storages.servers import ACCESS_KEY, SECRET_KEY, Servers

from .line import Line
from .served import PYTHON, ServedShop

pytestmark = pytest.mark.long

PHOTOS = 3
OUTAGE = 8  # seconds
AFTERWARDS = 120  # seconds in which all must be well
CELERY = [*PYTHON, "celery", "-A", "config", "worker", "-B", "-c", "2", "-l", "WARNING"]
# As an init system does: some versions of Celery end when they lose their Redis.
AGAIN_AND_AGAIN = 'while true; do "$@"; sleep 1; done'
EMBEDDED = [sys.executable, "manage.py", "isolation_worker"]


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
    """A Runflow that needs some seconds for each image."""
    data = tmp_path / "sandbox"
    with Sandbox(("127.0.0.1", 0), data=data, speed="instant", engine="light") as server:
        yield server


class ServerShop(ServedShop):
    """The same on a database server, which the tests ask on a line of their own."""

    database = ""

    def connect(self):
        import psycopg

        address = self.database.replace("postgres:", "postgresql:", 1)
        writing = "-c default_transaction_read_only=off"
        return psycopg.connect(address, autocommit=True, options=writing)


@contextmanager
def on_postgresql(tmp_path, folder, sandbox, server, **settings):
    """A shop on PostgreSQL, and the line to it."""
    with empty_database("postgresql", f"isolation_outage_{os.getpid()}") as url:
        parts = urlsplit(url)
        with Line(parts.hostname, parts.port or 5432) as line:
            through = f"postgres://{parts.username}@127.0.0.1:{line.port}{parts.path}"
            shop = ServerShop(
                tmp_path / "var", folder, sandbox, server, DATABASE_URL=through, **settings
            )
            shop.database = url
            with shop:
                yield shop, line


def assert_all_is_well_again(shop):
    shop.until(lambda: have_gone_on(shop), seconds=AFTERWARDS)
    lines = [line for line in shop.log.splitlines() if "worker_without_database" in line]
    assert len(lines) <= 12, lines  # a begin and an end in each process
    assert "step_failed" not in shop.log


def have_gone_on(shop):
    """Whether all results are shown, but for a run whose fate the broken line left unknown.

    The line may break in the very moment in which a run is marked as being sent: then it is looked
    for at Runflow, again and again, before anybody says that it never arrived.
    """
    found = Counter(s for (s,) in shop.rows("SELECT status FROM product_isolation_isolationrun"))
    unsure = shop.log.count("step_unrecorded")
    return found["applied"] + min(found["submitting"], unsure) == PHOTOS


@pytest.mark.parametrize("workers", ["thread", "embedded"])
def test_a_database_that_cannot_be_reached(workers, sandbox, folder, tmp_path):
    with on_postgresql(tmp_path, folder, sandbox, "sync", SHOP_WORKERS=workers) as (shop, line):
        shop.order()
        with shop.beside(EMBEDDED if workers == "embedded" else ["sleep", "600"]):
            shop.until(lambda: shop.rows("SELECT 1 FROM product_isolation_runevent"), seconds=30)
            line.cut()
            time.sleep(OUTAGE)
            assert sorted(shop.statuses()) != ["applied"] * PHOTOS
            line.mend()
            assert_all_is_well_again(shop)
            assert "worker_without_database error=OperationalError" in shop.log


@pytest.mark.parametrize("workers", ["thread", "embedded"])
def test_a_database_that_is_read_only(workers, sandbox, folder, tmp_path):
    with on_postgresql(tmp_path, folder, sandbox, "sync", SHOP_WORKERS=workers) as (shop, line):
        name = shop.database.rpartition("/")[2]
        with shop.beside(EMBEDDED if workers == "embedded" else ["sleep", "600"]):
            shop.order()
            shop.rows(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            line.cut()
            line.mend()
            time.sleep(OUTAGE)
            shop.rows(f"ALTER DATABASE {name} RESET default_transaction_read_only")
            line.cut()
            line.mend()
            assert_all_is_well_again(shop)


def test_a_broker_that_cannot_be_reached(sandbox, folder, tmp_path):
    parts = urlsplit(needs("redis"))
    with Line(parts.hostname, parts.port or 6379) as line:
        broker = f"redis://127.0.0.1:{line.port}/{parts.path.strip('/') or 9}"
        settings = {"SHOP_WORKERS": "celery", "CELERY_BROKER_URL": broker}
        with ServedShop(tmp_path / "var", folder, sandbox, "sync", **settings) as shop:
            worker = [*CELERY, "-s", str(tmp_path / "schedule")]
            with shop.beside(["sh", "-c", AGAIN_AND_AGAIN, "worker", *worker]):
                time.sleep(3)
                line.cut()
                shop.order()
                time.sleep(OUTAGE)
                assert shop.statuses() == []
                line.mend()
                shop.until_applied(PHOTOS, seconds=AFTERWARDS)
        assert shop.log.count("publish_failed error") <= 4, shop.log


@pytest.fixture
def bucket(tmp_path):
    """A bucket of an S3 server: what the shop is told of it, and the line to it."""
    certificate(tmp_path, "localhost")
    (tmp_path / "buckets" / "shop").mkdir(parents=True)
    files = tmp_path / "cert.pem", tmp_path / "key.pem"
    with (
        Servers(tmp_path / "buckets", files).running() as servers,
        Line("127.0.0.1", servers.ports["private"]) as line,
    ):
        yield (
            {
                "SHOP_S3_ENDPOINT": f"https://localhost:{line.port}",
                "SHOP_S3_KEY": ACCESS_KEY,
                "SHOP_S3_SECRET": SECRET_KEY,
                "AWS_CA_BUNDLE": str(files[0]),
                "AWS_REQUEST_CHECKSUM_CALCULATION": "when_required",
                "AWS_MAX_ATTEMPTS": "1",
            },
            line,
        )


def test_a_storage_that_cannot_be_reached(bucket, sandbox, folder, tmp_path):
    settings, line = bucket
    with ServedShop(tmp_path / "var", folder, sandbox, "sync", **settings) as shop:
        RunflowAccount(sandbox.url).behave(
            fault="slow_reply", on="create_upload", seconds=2, times=PHOTOS
        )
        shop.order()
        line.cut()
        problems = "SELECT 1 FROM product_isolation_runevent WHERE reason = 'storage-failed'"
        shop.until(lambda: len(shop.rows(problems)) >= PHOTOS, seconds=60)
        time.sleep(OUTAGE)
        assert shop.statuses() == []
        assert len(shop.rows(problems)) <= 2 * PHOTOS  # once for each status of each run
        line.mend()
        shop.until_applied(PHOTOS, seconds=AFTERWARDS)
