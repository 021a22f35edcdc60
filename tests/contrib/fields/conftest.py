"""These tests run with settings of their own, in a process of their own (see ../test_fields.py)."""

from django.conf import settings as django_settings

IS_STUDIO = django_settings.ROOT_URLCONF == "tests.contrib.fields.urls"
collect_ignore_glob = [] if IS_STUDIO else ["test_*.py", "models.py", "admin.py"]

if IS_STUDIO:
    from celery import current_app

    current_app.conf.broker_url = "memory://"  # what is sent there is never taken
