"""WORKERS = "celery": Celery carries nudges, its beat sweeps. Imported only where that is set."""

import uuid
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from django.core.checks import CheckMessage, Error, Warning

from django_product_isolation.conf import SETTING, IsolationSettings

from .base import BaseWorkers
from .thread import ThreadWorkers

if TYPE_CHECKING:
    from kombu import Connection


class CeleryWorkers(BaseWorkers):
    if_late = "Are the Celery workers running, and beat for the sweep?"

    def enqueue(self, run_ids: Sequence[uuid.UUID]) -> None:
        from .celery_tasks import nudges

        if is_eager():
            # Whoever orders would wait for the steps, which the thread of this process takes now.
            ThreadWorkers().wake()
            return
        nudges.publish([str(pk) for pk in run_ids])

    def wake(self) -> None:
        if find_spec("celery") and is_eager():
            ThreadWorkers().wake()

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

        if is_eager():
            yield Warning(
                "Celery hands no work to a worker (task_always_eager): the site's own processes "
                "take the steps, while anybody orders or looks.",
                hint="Leave CELERY_TASK_ALWAYS_EAGER out where the shop is open. Where there is no "
                'broker, set WORKERS to "thread".',
                id="product_isolation.W006",
            )
            return
        broker = current_app.connection_for_write()
        if is_redis(broker) and not (broker.transport_options or {}).get("socket_timeout"):
            yield Warning(
                "Celery's workers wait for ever for a Redis that does not answer.",
                hint='Set CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 30, '
                '"socket_connect_timeout": 5} or, without a prefix, broker_transport_options.',
                id="product_isolation.W004",
            )


def is_eager() -> bool:
    """Whether Celery would run a task where it is published, as in tests and on small sites."""
    from celery import current_app

    return bool(current_app.conf.task_always_eager)


def is_redis(broker: "Connection") -> bool:
    """Whether the client is Redis', which has no limits by default; those of others have."""
    return bool(broker.get_transport_cls().driver_type == "redis")
