"""Chromium for pytest-playwright: fixtures for the conftest of every folder with browser tests."""

import os
import shutil

import pytest

# Playwright's loop runs in the tests' thread; Django would refuse to use its database there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse("There is no Chromium on PATH.")
    return {**browser_type_launch_args, "executable_path": path, "args": list(FLAGS)}


@pytest.fixture(scope="session")
def base_url():
    """In the place of the browser plugin's own, which newer versions of pytest warn about."""
