"""A broker in memory, and a worker that carries out what waits there, both read along."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import Celery

from django_product_isolation.models import IsolationRun
from tests.moments import overdue

from .collector import Collector


@contextmanager
def memory_broker() -> Iterator[Celery]:
    """An application that tasks are published by, with nothing in its queue."""
    app = Celery("tests", broker="memory://")
    app.set_current()
    waiting(app)
    try:
        yield app
    finally:
        waiting(app)
        app.close()


def carry_out(app: Celery, collector: Collector) -> int:
    """Read and carry out the messages that wait, as a worker would; returns how many."""
    messages = waiting(app)
    for message in messages:
        collector.read("message to a worker", f"{message.body!r} {message.__dict__!r}")
        IsolationRun.objects.update(due_at=overdue())
        app.tasks[message.headers["task"]].apply(message.payload[0])
    return len(messages)


def waiting(app: Celery) -> list:
    """Take all that is in the queue."""
    messages = []
    with app.connection_for_read() as connection, connection.SimpleQueue("celery") as queue:
        while queue.qsize():
            messages.append(queue.get_nowait())
            messages[-1].ack()
    return messages
