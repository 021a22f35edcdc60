"""A test database for commands, as the suite would have it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django


def start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()


@contextmanager
def own_database() -> Iterator[None]:
    """Beside the one that DATABASE_URL names, SQLite without one; it goes at the end."""
    from django.test.utils import setup_databases, teardown_databases

    old = setup_databases(verbosity=0, interactive=False)
    try:
        yield
    finally:
        teardown_databases(old, verbosity=0)
