"""Checks of who takes the steps: what the setting ``WORKERS`` needs."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Error

from django_product_isolation import workers
from django_product_isolation.choices import Workers
from django_product_isolation.conf import SETTING, IsolationSettings

# What earlier versions took, and what became of it.
GONE = "request"


def check_workers(settings: IsolationSettings) -> Iterator[CheckMessage]:
    if settings.WORKERS == GONE:
        yield Error(
            f'{SETTING}["WORKERS"] is "request", which is no more: staff waited for the steps.',
            hint='Leave WORKERS out, or set it to "thread": the site\'s own processes then take '
            "the steps beside their requests. Where a server allows no threads, set it to "
            '"embedded" and have cron run "manage.py isolation_worker --once" every minute.',
            id="product_isolation.E035",
        )
    elif settings.WORKERS in Workers.values:
        yield from workers.current().check(settings)
