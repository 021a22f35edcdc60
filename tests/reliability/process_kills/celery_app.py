"""The Celery app of the workers that are killed, for ``celery -A``."""

from celery import Celery
from django.conf import settings

app = Celery("kills")
app.config_from_object(settings.CELERY)
app.autodiscover_tasks()
