"""A database for the long runs, which are programs of their own, without pytest."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command
from django.db import connection


def quicken() -> None:
    """No waiting for a disk: nobody pulls the plug on a test's SQLite."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = OFF")
            cursor.execute("PRAGMA journal_mode = MEMORY")


def set_up() -> None:
    """Django with the tests' settings."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()


@contextmanager
def database() -> Iterator[None]:
    """An empty database with all tables: SQLite in memory, or what DATABASE_URL says."""
    if connection.vendor == "sqlite":
        connection.settings_dict["NAME"] = ":memory:"
        call_command("migrate", run_syncdb=True, verbosity=0)
        yield
        return
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
