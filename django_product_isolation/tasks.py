"""Where Celery finds the app's tasks. Other libraries look for modules of this name, too."""

from importlib.util import find_spec

if find_spec("celery"):
    from .workers.celery_tasks import advance_run, advance_runs, sweep

    __all__ = ["advance_run", "advance_runs", "sweep"]
