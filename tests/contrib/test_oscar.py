"""The tests with django-oscar, in a process of their own: its shop is another set of settings."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
LEAST = 40
# What Oscar and its libraries warn about is theirs; its tables are made without its history.
OPTIONS = ("--no-migrations", "-o", "filterwarnings=error:::django_product_isolation")


def test_the_oscar_shop_is_served():
    if importlib.util.find_spec("oscar") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have django-oscar.")
        pytest.skip("django-oscar is not installed.")
    settings = "--ds=tests.contrib.oscar.settings"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", settings, *OPTIONS]
    done = subprocess.run(
        [*command, "tests/contrib/oscar"], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= LEAST
