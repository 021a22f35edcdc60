"""The switches of the example shop: one environment variable each."""

import json
import stat
import subprocess
import sys
import uuid

import pytest

from tests.empty_database import empty_database

from .shop_process import MANAGE, environment, manage

pytestmark = pytest.mark.long  # starts processes

SHOW = """
import json
from django.conf import settings as s
print(json.dumps({
    "isolation": s.PRODUCT_ISOLATION,
    "debug": s.DEBUG,
    "database": s.DATABASES["default"]["ENGINE"],
    "storage": s.STORAGES["default"],
    "broker": s.CELERY_BROKER_URL,
    "key": s.SECRET_KEY,
}))
"""


@pytest.fixture
def shown(tmp_path):
    def show(**variables: str) -> dict:
        done = manage(tmp_path / "var", "shell", "-v", "0", "-c", SHOW, **variables)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return show


def test_without_any_variable_everything_is_on_this_machine(shown):
    values = shown()

    isolation = values["isolation"]
    assert isolation["BASE_URL"] == "http://127.0.0.1:8765"
    assert isolation["CALLBACK_BASE_URL"] == "http://127.0.0.1:8000"
    assert isolation["WORKERS"] == "thread"
    assert isolation["REVIEW"] is False
    assert values["database"].endswith("sqlite3")
    assert values["storage"]["BACKEND"].endswith("FileSystemStorage")
    assert values["debug"] is False


def test_the_shop_as_it_comes_passes_the_checks_and_misses_no_migration(tmp_path):
    assert manage(tmp_path / "var", "check", "--fail-level", "WARNING").returncode == 0
    assert manage(tmp_path / "var", "makemigrations", "--check").returncode == 0


@pytest.mark.parametrize("broker", ["redis://127.0.0.1:6379/0", "amqp://127.0.0.1:5672//"])
def test_the_shop_with_celery_passes_the_checks(broker, tmp_path):
    variables = {"SHOP_WORKERS": "celery", "CELERY_BROKER_URL": broker}
    checked = manage(tmp_path / "var", "check", "--fail-level", "WARNING", **variables)
    assert checked.returncode == 0, checked.stderr


def test_the_real_service_gets_no_demo_key_secret_or_local_callback(shown):
    isolation = shown(RUNFLOW_BASE_URL="https://api.runflow.io")["isolation"]

    assert isolation["API_KEY"] == ""
    assert isolation["SIGNING_SECRETS"] == []
    assert isolation["CALLBACK_BASE_URL"] is None


def test_the_real_service_calls_back_to_a_public_site(shown):
    isolation = shown(
        RUNFLOW_BASE_URL="https://api.runflow.io",
        RUNFLOW_API_KEY="rf_live_mine",
        RUNFLOW_SIGNING_SECRET="whsec_mine",
        SHOP_URL="https://shop.example",
    )["isolation"]

    assert isolation["API_KEY"] == "rf_live_mine"
    assert isolation["SIGNING_SECRETS"] == ["whsec_mine"]
    assert isolation["CALLBACK_BASE_URL"] == "https://shop.example"


def test_switches_change_what_they_say(shown):
    values = shown(
        SHOP_CALLBACKS="off",
        SHOP_REVIEW="on",
        SHOP_WORKERS="celery",
        CELERY_BROKER_URL="redis://127.0.0.1:6390/3",
        DATABASE_URL="postgres://shop:shop@127.0.0.1:5432/shop",
        SHOP_S3_ENDPOINT="http://127.0.0.1:9000",
        SHOP_S3_BUCKET="pictures",
    )

    isolation = values["isolation"]
    assert isolation["CALLBACK_BASE_URL"] is None
    assert isolation["REVIEW"] is True
    assert isolation["WORKERS"] == "celery"
    assert values["broker"] == "redis://127.0.0.1:6390/3"
    assert values["database"].endswith("postgresql")
    assert values["storage"]["OPTIONS"]["bucket_name"] == "pictures"
    assert values["storage"]["OPTIONS"]["file_overwrite"] is False
    assert values["storage"]["OPTIONS"]["querystring_auth"] is True


@pytest.mark.parametrize("server", ["postgresql", "mariadb"])
def test_the_shop_finds_its_tables_on_each_database(server, tmp_path):
    with empty_database(server, f"shop_{uuid.uuid4().hex[:12]}") as url:
        variables = {"DATABASE_URL": url}
        for command in (["migrate", "-v", "0"], ["migrate", "--check"]):
            done = manage(tmp_path / "var", *command, **variables)
            assert done.returncode == 0, done.stderr


def test_a_switch_is_on_or_off_and_nothing_else(tmp_path):
    done = manage(tmp_path / "var", "check", SHOP_REVIEW="yes")

    assert done.returncode != 0
    assert 'SHOP_REVIEW must be "on" or "off"' in done.stderr


@pytest.mark.parametrize(
    ("url", "debug"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://192.0.2.7:8000", False),
        ("https://shop.example", False),
    ],
)
def test_error_pages_with_details_are_for_this_machine_only(shown, url, debug):
    assert shown(SHOP_DEBUG="on", SHOP_URL=url)["debug"] is debug


def test_processes_that_start_at_once_share_one_secret_key(tmp_path):
    command = [sys.executable, "-c", "from config.settings import SECRET_KEY; print(SECRET_KEY)"]
    processes = [
        subprocess.Popen(
            command,
            env=environment(tmp_path / "var"),
            cwd=MANAGE.parent,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    keys = {process.communicate()[0].strip() for process in processes}

    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    key_file = tmp_path / "var" / "secret_key"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [path.name for path in key_file.parent.iterdir()] == ["secret_key"]
