"""Celery carries nudges; the rows are the queue. Losing or doubling a message changes nothing."""

import uuid
from datetime import datetime
from typing import Any

from celery import shared_task
from django.dispatch import receiver
from django.utils import timezone

from . import workflow
from .choices import Workers
from .conf import get_settings
from .models import IsolationRun
from .signals import work_due

# Beyond this the sweep finds the run: brokers hold long countdowns badly.
MAX_COUNTDOWN = 300.0
TASK_OPTIONS: dict[str, Any] = {
    "ignore_result": True,
    "acks_late": True,
    "soft_time_limit": 240,
    "time_limit": 300,
}


@shared_task(**TASK_OPTIONS)
def advance_run(run_id: str) -> None:
    """Take one step of a run and come back when it next wants attention."""
    if not workflow.advance(uuid.UUID(run_id)):
        return
    runs = IsolationRun.objects.filter(pk=run_id)
    due_at: datetime | None = runs.values_list("due_at", flat=True).first()
    if due_at is None:
        return
    countdown = max((due_at - timezone.now()).total_seconds(), 0.0)
    if countdown <= MAX_COUNTDOWN:
        advance_run.apply_async([run_id], countdown=countdown)


@shared_task(**TASK_OPTIONS)
def advance_runs(run_ids: list[str]) -> None:
    """Spread one nudge over its runs."""
    for run_id in run_ids:
        advance_run.delay(run_id)


@shared_task(**TASK_OPTIONS)
def sweep() -> None:
    """Have every due run looked at. Meant for beat, every 30 seconds."""
    due = IsolationRun.objects.due().values_list("pk", flat=True)[:1000]
    for pk in due:
        advance_run.delay(str(pk))


@receiver(work_due)
def nudge(run_ids: list[uuid.UUID], **_kwargs: Any) -> None:
    """Publish one message for all; what goes wrong is logged by ``send_robust``."""
    if get_settings().WORKERS == Workers.CELERY:
        advance_runs.apply_async([[str(pk) for pk in run_ids]], retry=False)
