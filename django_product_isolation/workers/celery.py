"""WORKERS = "celery": Celery carries nudges, its beat sweeps. Imported only where that is set."""

import uuid
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from django.core.checks import CheckMessage, Error, Warning

from django_product_isolation.conf import SETTING, IsolationSettings

from .base import BaseWorkers

if TYPE_CHECKING:
    from kombu import Connection


class CeleryWorkers(BaseWorkers):
    if_late = "Are the Celery workers running, and beat for the sweep?"

    def enqueue(self, run_ids: Sequence[uuid.UUID]) -> None:
        from .celery_tasks import nudges

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
