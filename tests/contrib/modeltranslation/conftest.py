"""These tests run with settings of their own, in a process of their own."""

from django.apps import apps

IS_HERE = apps.is_installed("modeltranslation")
collect_ignore_glob = [] if IS_HERE else ["test_*.py", "translation.py"]
