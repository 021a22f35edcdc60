"""Tests that need a library's own settings, in a process of their own."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run_tests_of(folder: str, *libraries: str, least: int) -> None:
    """Run ``tests/contrib/<folder>`` with its settings; at least so many have to pass."""
    missing = [name for name in libraries if importlib.util.find_spec(name) is None]
    if missing:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"{', '.join(missing)} is not installed.")
    settings = f"--ds=tests.contrib.{folder}.settings"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", settings]
    done = subprocess.run(
        [*command, f"tests/contrib/{folder}"], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) >= least
