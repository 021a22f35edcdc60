"""What all tests share stands in tests/fixtures."""

import pytest

pytest_plugins = [
    "tests.fixtures.app",
    "tests.fixtures.away",
    "tests.fixtures.chromium",
    "tests.fixtures.long",
    "tests.fixtures.staff",
    "tests.fixtures.storage",
    "tests.fixtures.workers",
]


@pytest.fixture(scope="session")
def base_url():
    """In the place of the browser plugin's own, which newer versions of pytest warn about.

    Only a conftest's fixture comes before that of a plugin.
    """
