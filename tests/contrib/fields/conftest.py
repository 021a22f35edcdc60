"""These tests run with settings of their own, in a process of their own (see ../test_fields.py)."""

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache

IS_STUDIO = django_settings.ROOT_URLCONF == "tests.contrib.fields.urls"
collect_ignore_glob = [] if IS_STUDIO else ["test_*.py", "models.py", "admin.py"]

if IS_STUDIO:
    from celery import current_app

    current_app.conf.broker_url = "memory://"  # what is sent there is never taken


@pytest.fixture(autouse=True)
def nothing_remembered():
    """Every test has files of its own; libraries remember in the cache what is there."""
    cache.clear()
