"""The project: settings, addresses, and the Celery app that shared tasks attach themselves to."""

from .celery import app as celery_app

__all__ = ["celery_app"]
