"""These tests run with settings of their own, in a process of their own (../test_without_admin)."""

from django.conf import settings as django_settings

IS_WITHOUT = django_settings.ROOT_URLCONF == "tests.without_admin.urls"
collect_ignore_glob = [] if IS_WITHOUT else ["test_*.py"]
