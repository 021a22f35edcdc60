"""The tests whose outcome depends on the database, run again on each server that is there.

By hand, for one of them: DATABASE_URL=postgres://root@127.0.0.1:5432/shop python -m pytest tests
"""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import services

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
TESTS = (
    "tests/models/test_models.py",
    "tests/host/test_targets.py",
    "tests/database/test_plans.py",
    "tests/database/test_transactions.py",
    "tests/workflow/test_steps.py",
    "tests/workflow/test_start.py",
    "tests/workflow/test_review.py",
    "tests/workflow/test_restore_step.py",
    "tests/workflow/test_after_restore.py",
    "tests/workflow/test_restore_requests.py",
    "tests/workflow/test_lookup.py",
    "tests/views/test_callback.py",
    "tests/views/test_health.py",
    "tests/staff/test_spending.py",
    "tests/staff/test_confirm.py",
    "tests/admin/host/test_pages_stay_up.py",
    "tests/staff/test_own_keys.py",
    "tests/staff/test_visibility.py",
    "tests/admin/host/test_state_column.py",
    "tests/retention/test_array_columns.py",
    "tests/retention/test_file_pruning.py",
    "tests/retention/test_row_pruning.py",
    "tests/reliability/test_database_promises.py",
    "tests/reliability/test_sweepers.py",
    "tests/reliability/callback_fuzzing/test_parallel.py",
    "tests/reliability/test_isolation_levels.py",
)
DRIVERS = {"postgresql": "psycopg", "mariadb": "pymysql"}
PASSES = {
    "postgresql": ("postgresql", TESTS, ""),
    "mariadb": ("mariadb", TESTS, ""),
    # As `CREATE DATABASE … COLLATE` leaves it: its columns have another one than the connection.
    "mariadb-collation": (
        "mariadb",
        ("tests/staff/test_own_keys.py", "tests/staff/test_visibility.py"),
        "?database_collation=utf8mb4_unicode_ci",
    ),
    # As a host may have it; Django's own default on MariaDB is "read committed".
    "mariadb-repeatable-read": (
        "mariadb",
        TESTS[-4:],
        "?isolation_level=repeatable%20read",
    ),
}


@pytest.mark.parametrize(("server", "tests", "options"), PASSES.values(), ids=PASSES)
def test_what_depends_on_the_database_holds_on(server, tests, options):
    url = services.needs(server)
    if importlib.util.find_spec(DRIVERS[server]) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have {DRIVERS[server]}.")
        pytest.skip(f"{DRIVERS[server]} is not installed.")
    # A name of its own, so that two runs of the suite do not meet.
    name = f"isolation_{os.getpid()}"
    command = [sys.executable, "-m", "pytest", "--long", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": f"{url.rstrip('/')}/{name}{options}"},
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= 10
