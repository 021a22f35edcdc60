"""The benchmark's own database: made when it is missing or outdated, else used again."""

import time
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.utils import OperationalError

from .build import build, is_built


def prepare(images: int, runs: int) -> None:
    """Have the history in the database, which is deleted first unless it holds just that."""
    try:
        if is_built(images, runs):
            return
    except OperationalError:  # the server has no such database yet
        pass
    connection.close()
    refuse_strangers()
    print(f"Making {images:,} images and {runs:,} runs ({connection.vendor}) ...", flush=True)
    begun = time.perf_counter()
    make_anew()
    build(images, runs)
    print(f"Made in {time.perf_counter() - begun:.0f} s.", flush=True)


def refuse_strangers() -> None:
    """Delete nothing whose name does not say that it is ours."""
    name = str(connection.settings_dict["NAME"])
    if "benchmark" not in Path(name).name:
        raise SystemExit("The name of the database must contain 'benchmark': it is deleted.")


def make_anew() -> None:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(f"{name}{suffix}").unlink(missing_ok=True)
        return
    with server() as cursor:
        quoted = connection.ops.quote_name(name)
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted}")
        cursor.execute(f"CREATE DATABASE {quoted}")


def server() -> Any:
    """A cursor that needs none of our databases."""
    return connection._nodb_cursor()
