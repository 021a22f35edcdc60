"""DATABASE_URL and BROKER say where, RUNFLOW is the address of an instant one, FOLDER has files."""

import os
from pathlib import Path

from tests.benchmarks.settings import *  # noqa: F403

MEDIA_ROOT = Path(os.environ["FOLDER"]) / "media"
LOGGING = {"version": 1, "root": {"level": "CRITICAL"}}
PRODUCT_ISOLATION = {
    **PRODUCT_ISOLATION,  # noqa: F405
    "WORKERS": "celery",
    "BASE_URL": os.environ["RUNFLOW"],
    "DAILY_BUDGET": None,
    "MONTHLY_BUDGET": None,
}
for _database in DATABASES.values():  # noqa: F405
    _database["CONN_MAX_AGE"] = None
CELERY = {
    "broker_url": os.environ["BROKER"],
    "task_ignore_result": True,
    "worker_hijack_root_logger": False,
}
if CELERY["broker_url"].startswith("redis"):
    CELERY["broker_transport_options"] = {"socket_timeout": 30, "socket_connect_timeout": 5}
