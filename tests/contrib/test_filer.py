"""The tests with django-filer, in a process of their own: its shop is another set of settings."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
LEAST = 28
# What filer and its libraries warn about is theirs; its tables are made without its history.
OPTIONS = ("--no-migrations", "-o", "filterwarnings=error:::django_product_isolation")


def test_the_filer_shop_is_served():
    if importlib.util.find_spec("filer") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have django-filer.")
        pytest.skip("django-filer is not installed.")
    settings = "--ds=tests.contrib.filer.settings"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", settings, *OPTIONS]
    done = subprocess.run(
        [*command, "tests/contrib/filer"], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= LEAST
