"""Where Celery finds the app's tasks. Nothing else imports this module."""

from typing import Any

from celery import shared_task
from django.db import DatabaseError

from .database.transactions import summary
from .models import IsolationRun
from .workers.celery import publish
from .workers.outage_log import Outage
from .workers.steps import seconds_after_step

TASK_OPTIONS: dict[str, Any] = {
    "ignore_result": True,
    "acks_late": True,
    "soft_time_limit": 240,
    "time_limit": 300,
}

database_outage = Outage("worker_without_database")


@shared_task(**TASK_OPTIONS)
def advance_run(run_id: str) -> None:
    """Take one step of a run and come back when it next wants attention."""
    try:
        countdown = seconds_after_step(run_id)
    except DatabaseError as error:
        database_outage.goes_on(summary(error))
        return
    database_outage.is_over()
    if countdown is not None:
        publish(advance_run, run_id, countdown=countdown)


@shared_task(**TASK_OPTIONS)
def advance_runs(run_ids: list[str]) -> None:
    """Spread one nudge over its runs."""
    for run_id in run_ids:
        if not publish(advance_run, run_id):
            return


@shared_task(**TASK_OPTIONS)
def sweep() -> None:
    """Have every due run looked at. Meant for beat, every 30 seconds."""
    try:
        due = list(IsolationRun.objects.due().values_list("pk", flat=True)[:1000])
    except DatabaseError as error:
        database_outage.goes_on(summary(error))
        return
    database_outage.is_over()
    for pk in due:
        if not publish(advance_run, str(pk)):
            return
