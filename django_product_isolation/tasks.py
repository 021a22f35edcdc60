"""Where Celery finds the app's tasks."""

from .workers.celery_tasks import advance_run, advance_runs, sweep

__all__ = ["advance_run", "advance_runs", "sweep"]
