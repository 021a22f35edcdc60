"""Who takes the steps of runs: one small class per value of the setting ``WORKERS``.

The rows are the queue under all of them. Losing or doubling a nudge changes nothing.
"""

import uuid
from typing import Any

from django.utils.module_loading import import_string

from django_product_isolation.choices import Workers
from django_product_isolation.conf import get_settings

from .base import BaseWorkers

__all__ = ["BaseWorkers", "current", "nudge"]

CLASSES: dict[str, str] = {
    Workers.THREAD: "thread.ThreadWorkers",
    Workers.EMBEDDED: "embedded.EmbeddedWorkers",
    Workers.CELERY: "celery.CeleryWorkers",
    Workers.DJANGO: "django.DjangoWorkers",
}


def current() -> BaseWorkers:
    """The workers that the settings name.

    What is no name of workers is an error of ``check``, which not every server runs: the thread
    takes its place, so that nothing that was ordered stands still.
    """
    named = CLASSES.get(str(get_settings().WORKERS), CLASSES[Workers.THREAD])
    found: BaseWorkers = import_string(f"{__name__}.{named}")()
    return found


def nudge(run_ids: list[uuid.UUID], **_kwargs: Any) -> None:
    """Have the workers look at these runs. Receives ``work_due``."""
    current().enqueue(run_ids)
