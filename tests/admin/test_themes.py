"""The admin's pages inside themes that shops have: the same tests, drawn by their templates."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
TESTS = (
    "tests/admin/host/test_actions.py",
    "tests/admin/host/test_image_page.py",
    "tests/admin/test_presets.py",
    "tests/admin/test_runs.py",
    "tests/staff/test_confirm.py",
    "tests/staff/test_selections.py",
)
# What a theme lays out in its own way, or draws only for classes derived from its own.
OTHERWISE = {
    "unfold": (),
    "jazzmin": (
        # Its page of an object's history does not use Django's words.
        "tests/admin/host/test_image_page.py::test_the_images_history_in_the_admin_shows_swap_and_restore",
    ),
}


@pytest.mark.parametrize("theme", OTHERWISE)
def test_the_pages_work_inside(theme):
    if importlib.util.find_spec(theme) is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have django-{theme}.")
        pytest.skip(f"django-{theme} is not installed.")
    left_out = [f"--deselect={name}" for name in OTHERWISE[theme]]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            f"--ds=tests.themes.{theme}",
            *TESTS,
            *left_out,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert int(re.search(r"(\d+) passed", done.stdout).group(1)) > 100
