"""The tests without Django's admin, in a process of their own: what is installed stays so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LEAST = 5


@pytest.mark.long
def test_the_app_works_where_the_admin_is_not_installed():
    settings = "--ds=tests.without_admin.settings"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", settings]
    done = subprocess.run(
        [*command, "tests/without_admin"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= LEAST
