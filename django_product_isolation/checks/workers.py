"""Checks of who takes the steps: what the setting ``WORKERS`` needs."""

from collections.abc import Iterator
from importlib.util import find_spec

from celery import current_app
from django import get_version
from django.core.checks import CheckMessage, Error, Warning

from django_product_isolation.choices import Workers
from django_product_isolation.conf import SETTING, IsolationSettings


def check_broker(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Redis' client has no limits by default; those of other brokers have."""
    if settings.WORKERS != Workers.CELERY:
        return
    broker = current_app.connection_for_write()
    is_redis = broker.get_transport_cls().driver_type == "redis"
    if is_redis and not (broker.transport_options or {}).get("socket_timeout"):
        yield Warning(
            "Celery's workers wait for ever for a Redis that does not answer.",
            hint='Set CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 30, '
            '"socket_connect_timeout": 5} or, without a prefix, broker_transport_options.',
            id="product_isolation.W004",
        )


def check_django_tasks(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Django brings its own tasks since 6.0, and two backends that are no workers."""
    if settings.WORKERS != Workers.DJANGO:
        return
    if not find_spec("django.tasks"):
        yield Error(
            f'{SETTING}["WORKERS"] is "django", but Django {get_version()} has no tasks.',
            hint='Update to Django 6.0 or later, or choose "embedded" or "celery".',
            id="product_isolation.E010",
        )
        return
    from django.tasks import task_backends
    from django.tasks.backends.dummy import DummyBackend
    from django.tasks.backends.immediate import ImmediateBackend

    if isinstance(task_backends["default"], DummyBackend | ImmediateBackend):
        yield Warning(
            'TASKS["default"] hands no work to a worker: staff would wait for Runflow, or nobody '
            "would take the steps.",
            hint="Name a backend that has workers, such as one of those in Django's list of "
            "third-party backends. Immediate and dummy are for tests.",
            id="product_isolation.W006",
        )
