"""These tests run with filer's settings, in a process of their own (see ../test_filer.py)."""

from django.conf import settings as django_settings

IS_FILER = django_settings.ROOT_URLCONF == "tests.contrib.filer.urls"
collect_ignore_glob = [] if IS_FILER else ["test_*.py", "models.py", "admin.py"]

if IS_FILER:
    import shutil

    import pytest

    @pytest.fixture(autouse=True)
    def nothing_private():
        """Filer's private files lie elsewhere than MEDIA_ROOT."""
        yield
        shutil.rmtree(django_settings.PRIVATE, ignore_errors=True)
