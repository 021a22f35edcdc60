"""The project: settings, addresses, and the Celery app that shared tasks attach themselves to."""

from importlib.util import find_spec

if find_spec("celery"):
    from .celery import app as celery_app

    __all__ = ["celery_app"]
