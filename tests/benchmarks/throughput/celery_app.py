"""The Celery app, and the plain task that stands beside our steps."""

from celery import Celery
from django.conf import settings

app = Celery("throughput")
app.config_from_object(settings.CELERY)
app.autodiscover_tasks()


@app.task(acks_late=True)  # type: ignore[untyped-decorator]
def plain(pk: int) -> None:
    from tests.benchmarks.plain_way import isolate_plainly

    isolate_plainly(pk)
