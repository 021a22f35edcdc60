"""On what was measured: processor, load, versions."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any


def describe() -> dict[str, Any]:
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("Django", "Pillow", "requests")},
    }


def processor() -> str:
    """Its name, as far as the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def database() -> str:
    """Kind and version of the database at hand."""
    from django.db import connection

    connection.ensure_connection()
    return (
        f"{connection.display_name} {connection.Database.sqlite_version}"
        if (connection.vendor == "sqlite")
        else f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
    )
