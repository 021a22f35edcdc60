pytest_plugins = [
    "tests.fixtures.app",
    "tests.fixtures.chromium",
    "tests.fixtures.long",
    "tests.fixtures.staff",
    "tests.fixtures.storage",
]
