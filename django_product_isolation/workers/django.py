"""WORKERS = "django": Django's own tasks, from Django 6.0 on, carry nudges."""

import uuid
from collections.abc import Iterable, Sequence
from importlib.util import find_spec

from django import get_version
from django.core.checks import CheckMessage, Error, Warning

from django_product_isolation.conf import SETTING, IsolationSettings
from django_product_isolation.database import tenants

from .base import BaseWorkers


class DjangoWorkers(BaseWorkers):
    if_late = "Are the workers of TASKS running, and isolation_worker for the sweep?"

    def enqueue(self, run_ids: Sequence[uuid.UUID]) -> None:
        # There is no django.tasks below Django 6.0.
        from . import django_tasks

        told = ([str(pk) for pk in run_ids], tenants.current())
        django_tasks.publish(django_tasks.advance_runs, *told)

    def check(self, settings: IsolationSettings) -> Iterable[CheckMessage]:
        """Django brings two backends that are no workers."""
        if not find_spec("django.tasks"):
            yield Error(
                f'{SETTING}["WORKERS"] is "django", but Django {get_version()} has no tasks.',
                hint='Update to Django 6.0 or later, or choose "thread", "embedded" or "celery".',
                id="product_isolation.E010",
            )
            return
        from django.tasks import task_backends
        from django.tasks.backends.dummy import DummyBackend
        from django.tasks.backends.immediate import ImmediateBackend

        if isinstance(task_backends["default"], DummyBackend | ImmediateBackend):
            yield Warning(
                'TASKS["default"] hands no work to a worker: staff would wait for Runflow, or '
                "nobody would take the steps.",
                hint="Name a backend that has workers, such as one of those in Django's list of "
                "third-party backends. Immediate and dummy are for tests.",
                id="product_isolation.W006",
            )
