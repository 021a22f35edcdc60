"""These tests run inside a theme, in a process of their own (see tests/browser/test_themes.py)."""

import pytest
from django.apps import apps
from pytest_django.live_server_helper import LiveServer

IS_THEMED = apps.is_installed("tests.themes.shop")
collect_ignore_glob = [] if IS_THEMED else ["test_*.py", "shop/*"]


@pytest.fixture(scope="session")
def live_server(django_db_setup):
    """Begun when the database is there: threads then have a connection each."""
    server = LiveServer("localhost")
    yield server
    server.stop()
