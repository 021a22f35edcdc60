"""WORKERS = "celery": Celery carries nudges, its beat sweeps. Imported only where that is set."""

import time
import uuid
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error, Warning

from django_product_isolation.conf import SETTING, IsolationSettings

from .base import BaseWorkers
from .outage_log import Outage

if TYPE_CHECKING:
    from kombu import Connection

# Staff wait while a nudge is published; Redis' client would wait for a silent server for ever.
ANSWER_SECONDS = 2.0
REDIS_LIMITS = ("socket_timeout", "socket_connect_timeout")
# A broker that failed is left alone for so long, so that 500 nudges do not wait 500 times.
REST_SECONDS = 15.0

broker_outage = Outage("publish_failed")


class CeleryWorkers(BaseWorkers):
    if_late = "Are the Celery workers running, and beat for the sweep?"

    def enqueue(self, run_ids: Sequence[uuid.UUID]) -> None:
        nudges.publish([str(pk) for pk in run_ids])

    def check(self, settings: IsolationSettings) -> Iterable[CheckMessage]:
        if not find_spec("celery"):
            yield Error(
                f'{SETTING}["WORKERS"] is "celery", but Celery is not installed.',
                hint='Install it with "django-product-isolation[celery]", or choose "thread" or '
                '"embedded".',
                id="product_isolation.E036",
            )
            return
        from celery import current_app

        broker = current_app.connection_for_write()
        if is_redis(broker) and not (broker.transport_options or {}).get("socket_timeout"):
            yield Warning(
                "Celery's workers wait for ever for a Redis that does not answer.",
                hint='Set CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 30, '
                '"socket_connect_timeout": 5} or, without a prefix, broker_transport_options.',
                id="product_isolation.W004",
            )


def is_redis(broker: "Connection") -> bool:
    """Whether the client is Redis', which has no limits by default; those of others have."""
    return bool(broker.get_transport_cls().driver_type == "redis")


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
        from celery import current_app

        from django_product_isolation.tasks import advance_runs

        with current_app.connection_for_write(connect_timeout=ANSWER_SECONDS) as broker:
            if is_redis(broker):
                limits = dict.fromkeys(REDIS_LIMITS, ANSWER_SECONDS)
                broker.transport_options = {**(broker.transport_options or {}), **limits}
            if not publish(advance_runs, run_ids, connection=broker, retry=False):
                self.resting_until = time.monotonic() + REST_SECONDS


nudges = Nudges()
