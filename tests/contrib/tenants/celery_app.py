"""The shops' Celery: ``celery -A tests.contrib.tenants.celery_app worker``."""

from celery import Celery

app = Celery("shops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
