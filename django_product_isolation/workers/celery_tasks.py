"""Celery's tasks, and how they are published. Imported only where Celery is."""

import time
from typing import Any
from uuid import UUID

from celery import current_app, shared_task

from django_product_isolation.models import IsolationRun

from .celery import is_redis
from .outage_log import Outage
from .steps import database_may_be_away, seconds_after_step

# Where beat's schedules and routes of a shop's look for them, and Celery itself.
NAMES = "django_product_isolation.tasks"

# Staff wait while a nudge is published; Redis' client would wait for a silent server for ever.
ANSWER_SECONDS = 2.0
REDIS_LIMITS = ("socket_timeout", "socket_connect_timeout")
# A broker that failed is left alone for so long, so that 500 nudges do not wait 500 times.
REST_SECONDS = 15.0

broker_outage = Outage("publish_failed")
TASK_OPTIONS: dict[str, Any] = {
    "ignore_result": True,
    "acks_late": True,
    "soft_time_limit": 240,
    "time_limit": 300,
}


@shared_task(name=f"{NAMES}.advance_run", **TASK_OPTIONS)
def advance_run(run_id: str) -> None:
    """Take one step of a run and come back when it next wants attention."""
    countdown = seconds_after_step(run_id)
    if countdown is not None:
        publish(advance_run, run_id, countdown=countdown)


@shared_task(name=f"{NAMES}.advance_runs", **TASK_OPTIONS)
def advance_runs(run_ids: list[str]) -> None:
    """Spread one nudge over its runs."""
    for run_id in run_ids:
        if not publish(advance_run, run_id):
            return


@shared_task(name=f"{NAMES}.sweep", **TASK_OPTIONS)
def sweep() -> None:
    """Have every due run looked at. Meant for beat, every 30 seconds."""
    due: list[UUID] = []
    with database_may_be_away():
        due = list(IsolationRun.objects.due().values_list("pk", flat=True)[:1000])
    for pk in due:
        if not publish(advance_run, str(pk)):
            return


def publish(task: Any, *args: Any, **options: Any) -> bool:
    """Have Celery run ``task``; whatever the broker fails to carry, the next sweep finds.

    Of an error only the type is told: brokers write their address, with the password, into it.
    """
    try:
        task.apply_async(args, **options)
    except Exception as error:  # whatever the broker's own library raises
        broker_outage.goes_on(f"{type(error).__name__} task={task.name}")
        return False
    broker_outage.is_over()
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
            if is_redis(broker):
                limits = dict.fromkeys(REDIS_LIMITS, ANSWER_SECONDS)
                broker.transport_options = {**(broker.transport_options or {}), **limits}
            if not publish(advance_runs, run_ids, connection=broker, retry=False):
                self.resting_until = time.monotonic() + REST_SECONDS


nudges = Nudges()
