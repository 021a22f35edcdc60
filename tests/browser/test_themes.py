"""Our parts of the admin in a browser, inside themes that shops have: each in its own process."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
# By the settings in tests/themes: what has to be installed.
THEMES = {
    "plain": "django",
    "admin_interface": "admin_interface",
    "baton": "baton",
    "grappelli": "grappelli",
    "jazzmin_shop": "jazzmin",
    "nested": "nested_admin",
    "unfold_shop": "unfold",
}


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_ours_is_whole_and_can_be_pressed(theme):
    if importlib.util.find_spec(THEMES[theme]) is None:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"{THEMES[theme]} is not installed.")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, f"--ds=tests.themes.{theme}", "tests/themes"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert "2 passed" in done.stdout
