"""The tests with fields of other libraries, in a process of their own: a shop of other settings."""

import importlib.util
import os
import re
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
LEAST = 27
LIBRARIES = (
    "django_resized",
    "easy_thumbnails",
    "imagekit",
    "pictures",
    "sorl",
    "stdimage",
    "versatileimagefield",
)
# What the libraries warn about is theirs.
OPTIONS = ("--no-migrations", "-o", "filterwarnings=error:::django_product_isolation")


def test_fields_of_other_libraries_are_served():
    missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
    if find_library("magic") is None:
        missing.append("libmagic")  # versatileimagefield asks it, and pip brings none
    if missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have {missing}.")
        pytest.skip(f"Not installed: {', '.join(missing)}.")
    settings = "--ds=tests.contrib.fields.settings"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", settings, *OPTIONS]
    done = subprocess.run(
        [*command, "tests/contrib/fields"], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= LEAST
