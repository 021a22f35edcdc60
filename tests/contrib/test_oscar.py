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
SHOPS = {
    "settings": (["tests/contrib/oscar"], 40),
    "forked_settings": (
        ["tests/contrib/oscar/test_dashboard_edits.py", "tests/contrib/oscar/test_partners.py"],
        10,
    ),
}
# What Oscar and its libraries warn about is theirs; its tables are made without its history.
OPTIONS = ("--no-migrations", "-o", "filterwarnings=error:::django_product_isolation")


@pytest.mark.parametrize("shop", SHOPS)
def test_the_oscar_shop_is_served(shop):
    if importlib.util.find_spec("oscar") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have django-oscar.")
        pytest.skip("django-oscar is not installed.")
    tests, least = SHOPS[shop]
    settings = f"--ds=tests.contrib.oscar.{shop}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", settings, *OPTIONS]
    done = subprocess.run([*command, *tests], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= least
