"""These tests run with Wagtail's settings, in a process of their own (see ../test_wagtail.py)."""

from django.conf import settings as django_settings

IS_WAGTAIL = django_settings.ROOT_URLCONF == "tests.contrib.wagtail.urls"
collect_ignore_glob = [] if IS_WAGTAIL else ["test_*.py"]
