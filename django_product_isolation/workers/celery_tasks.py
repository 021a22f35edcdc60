"""Celery's tasks, and how they are published. Imported only where Celery is."""

import time
from typing import Any

from celery import current_app, shared_task

from django_product_isolation.database import tenants
from django_product_isolation.models import IsolationRun

from .celery import is_redis
from .messages import database_may_be_away, seconds_after_step, spread
from .outage_log import OutageLog
from .tenant_turns import within

# Where beat's schedules and routes of a shop's look for them, and Celery itself.
NAMES = "django_product_isolation.tasks"

# Staff wait while a nudge is published; Redis' client would wait for a silent server for ever.
ANSWER_SECONDS = 2.0
REDIS_LIMITS = ("socket_timeout", "socket_connect_timeout")
# A broker that failed is left alone for so long, so that 500 nudges do not wait 500 times.
REST_SECONDS = 15.0
MOST_SWEPT = 1000  # runs of each tenant; the next sweep finds the others

broker_outage = OutageLog("publish_failed")
TASK_OPTIONS: dict[str, Any] = {
    "ignore_result": True,
    "acks_late": True,
    "soft_time_limit": 240,
    "time_limit": 300,
}


@shared_task(name=f"{NAMES}.advance_run", **TASK_OPTIONS)
def advance_run(run_id: str, tenant: str = tenants.ONLY) -> None:
    """Take one step of a tenant's run and come back when it next wants attention."""
    countdown = seconds_after_step(run_id, tenant)
    if countdown is not None:
        publish(advance_run, run_id, tenant, countdown=countdown)


@shared_task(name=f"{NAMES}.advance_runs", **TASK_OPTIONS)
def advance_runs(run_ids: list[str], tenant: str = tenants.ONLY) -> None:
    """Spread one nudge over its runs: a few now, the rest when what others queued is done."""
    spread(publish, advance_run, advance_runs, run_ids, tenant)


@shared_task(name=f"{NAMES}.sweep", **TASK_OPTIONS)
def sweep() -> None:
    """Have every due run of every tenant looked at. Meant for beat, every 30 seconds."""
    with database_may_be_away():
        for tenant in tenants.all_keys():
            due = within(tenant, due_keys)
            if due and not publish(advance_runs, due, tenant):
                return


def due_keys() -> list[str]:
    due = IsolationRun.objects.due().values_list("pk", flat=True)
    return [str(pk) for pk in due[:MOST_SWEPT]]


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
            told = (run_ids, tenants.current())
            if not publish(advance_runs, *told, connection=broker, retry=False):
                self.resting_until = time.monotonic() + REST_SECONDS


nudges = Nudges()
