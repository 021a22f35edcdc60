"""The tests with Wagtail, in processes of their own: its shops are other sets of settings."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
# An image model of the shop's, Wagtail's own, and no app of ours for Wagtail: how many tests each.
SHOPS = {"settings": 60, "stock_settings": 60, "rights_settings": 10}
# What Wagtail and its libraries warn about is theirs; its tables are made without its history.
OPTIONS = ("--no-migrations", "-o", "filterwarnings=error:::django_product_isolation")


@pytest.mark.parametrize("shop", SHOPS)
def test_the_wagtail_shop_is_served(shop):
    if importlib.util.find_spec("wagtail") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have wagtail.")
        pytest.skip("wagtail is not installed.")
    chosen = f"--ds=tests.contrib.wagtail.{shop}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", chosen, *OPTIONS]
    done = subprocess.run(
        [*command, "tests/contrib/wagtail"], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= SHOPS[shop]
