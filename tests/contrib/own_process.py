"""Tests that need a library's own settings, in a process of their own."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What a shop's libraries warn about is theirs; its tables are made without their history.
THEIR_OWN = ("--no-migrations", "-o", "filterwarnings=error:::django_product_isolation")


def run_tests_of(
    folder: str,
    *libraries: str,
    least: int,
    settings: str = "settings",
    tests: tuple[str, ...] = (),
    options: tuple[str, ...] = (),
) -> None:
    """Run ``tests/contrib/<folder>``, or ``tests`` in it, with its settings; at least so many have
    to pass."""
    missing = [name for name in libraries if importlib.util.find_spec(name) is None]
    if missing:
        refuse_without(*missing)
    chosen = f"--ds=tests.contrib.{folder}.{settings}"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", chosen, *options]
    paths = [f"tests/contrib/{folder}/{name}" for name in tests] or [f"tests/contrib/{folder}"]
    done = subprocess.run([*command, *paths], cwd=ROOT, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= least


def refuse_without(*missing: str) -> None:
    """Skip the test for what is not installed; where CI is, fail."""
    refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    refuse(f"{', '.join(missing)} is not installed.")
