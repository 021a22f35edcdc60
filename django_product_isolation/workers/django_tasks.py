"""The tasks for Django's own task backends, from Django 6.0 on.

Needs no sweep of its own: what a backend does not carry, ``isolation_worker`` finds.
"""

import logging
from datetime import timedelta
from typing import Any

from django.tasks import Task, task
from django.utils import timezone

from django_product_isolation.database import tenants

from .messages import seconds_after_step, spread

logger = logging.getLogger("django_product_isolation")


@task
def advance_run(run_id: str, tenant: str = tenants.ONLY) -> None:
    """Take one step of a tenant's run and come back when it next wants attention."""
    seconds = seconds_after_step(run_id, tenant)
    if seconds is not None:
        publish(advance_run, run_id, tenant, seconds=seconds)


@task
def advance_runs(run_ids: list[str], tenant: str = tenants.ONLY) -> None:
    """Spread one nudge over its runs: a few now, the rest when what others queued is done."""
    spread(publish, advance_run, advance_runs, run_ids, tenant)


def publish(later: "Task[Any, Any]", *args: Any, seconds: float = 0.0) -> bool:
    """Have the default backend run a task so many seconds from now.

    False when it did not take it, or cannot wait; then the next sweep finds the run.
    """
    try:
        if seconds > 0:
            if not later.get_backend().supports_defer:
                return False
            later = later.using(run_after=timezone.now() + timedelta(seconds=seconds))
        later.enqueue(*args)
    except Exception as error:  # whatever the backend's own library raises
        logger.error("publish_failed task=%s error=%s", later.name, type(error).__name__)
        return False
    return True
