"""Celery carries nudges; the rows are the queue. Losing or doubling a message changes nothing."""

import logging
import time
import uuid
from datetime import datetime
from typing import Any

from celery import current_app, shared_task
from django.dispatch import receiver
from django.utils import timezone

from . import workflow
from .choices import Workers
from .conf import get_settings
from .models import IsolationRun
from .signals import work_due

logger = logging.getLogger("django_product_isolation")

# Staff wait while a nudge is published; Redis' client would wait for a silent server for ever.
ANSWER_SECONDS = 2.0
REDIS_LIMITS = ("socket_timeout", "socket_connect_timeout")
# A broker that failed is left alone for so long, so that 500 nudges do not wait 500 times.
REST_SECONDS = 15.0

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
    countdown = seconds_after_step(run_id)
    if countdown is not None and countdown <= MAX_COUNTDOWN:
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
    due = IsolationRun.objects.due().values_list("pk", flat=True)[:1000]
    for pk in due:
        if not publish(advance_run, str(pk)):
            return


def seconds_after_step(run_id: str) -> float | None:
    """Take one step of a run; how many seconds later it wants attention again.

    None when there was no step to take, or nothing more is to be done.
    """
    if not workflow.work_on(uuid.UUID(run_id)):
        return None
    runs = IsolationRun.objects.filter(pk=run_id)
    due_at: datetime | None = runs.values_list("due_at", flat=True).first()
    return None if due_at is None else max((due_at - timezone.now()).total_seconds(), 0.0)


def publish(task: Any, *args: Any, **options: Any) -> bool:
    """Have Celery run ``task``; whatever the broker fails to carry, the next sweep finds.

    Of an error only the type is told: brokers write their address, with the password, into it.
    """
    try:
        task.apply_async(args, **options)
    except Exception as error:  # whatever the broker's own library raises
        logger.error("publish_failed task=%s error=%s", task.name, type(error).__name__)
        return False
    return True


class Nudges:
    """Publishes nudges over connections of its own, and only while the broker answers."""

    def __init__(self) -> None:
        self.resting_until = 0.0

    def publish(self, run_ids: list[str]) -> None:
        """Publish one message for all; none just after a failure."""
        if time.monotonic() < self.resting_until:
            return
        with current_app.connection_for_write(connect_timeout=ANSWER_SECONDS) as broker:
            if broker.get_transport_cls().driver_type == "redis":
                limits = dict.fromkeys(REDIS_LIMITS, ANSWER_SECONDS)
                broker.transport_options = {**(broker.transport_options or {}), **limits}
            if not publish(advance_runs, run_ids, connection=broker, retry=False):
                self.resting_until = time.monotonic() + REST_SECONDS


nudges = Nudges()


@receiver(work_due)
def nudge(run_ids: list[uuid.UUID], **_kwargs: Any) -> None:
    """Have Celery, or Django's own tasks, look at these runs."""
    workers = get_settings().WORKERS
    if workers == Workers.CELERY:
        nudges.publish([str(pk) for pk in run_ids])
    elif workers == Workers.DJANGO:
        from . import native_tasks  # there is no django.tasks below Django 6.0

        native_tasks.publish(native_tasks.advance_runs, [str(pk) for pk in run_ids])
