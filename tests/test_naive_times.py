"""USE_TZ = False: pages, orders, budgets, commands and pruning work with naive times."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = (
    "tests/admin/host/test_repeated_rows.py",
    "tests/staff/test_reorder.py",
    "tests/management/test_isolate_products.py",
    "tests/management/test_isolation_status.py",
    "tests/retention/test_row_pruning.py",
    "tests/staff/test_batch.py",
    "tests/staff/test_spending.py",
    "tests/workflow/test_start.py",
    "tests/spending/test_budget_days.py",
    "tests/workflow/test_publish.py",
)


def test_a_shop_without_time_zones_works():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    done = subprocess.run(
        [*command, "--ds=tests.naive_settings"],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= 250
