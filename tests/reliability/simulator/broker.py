"""A bag of messages: any may be delivered now, later, twice or never."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest import mock

from django_product_isolation import tasks
from django_product_isolation.workers import celery_tasks

from .points import Points

TASKS = {task.name: task for task in (tasks.advance_run, tasks.advance_runs, tasks.sweep)}


class BrokerDown(Exception):
    """As kombu's own: the broker did not take the message."""


@dataclass
class Message:
    """A task's name and its arguments as they travel."""

    task: str
    body: str

    def carry_out(self) -> None:
        TASKS[self.task].run(*json.loads(self.body))


class Broker:
    """Takes messages unless it is down; delivers none by itself."""

    def __init__(self, points: Points, port: Any) -> None:
        self.points, self.port = points, port
        self.reset()

    def reset(self) -> None:
        self.bag: list[Message] = []
        self.is_down = False
        celery_tasks.nudges.resting_until = 0.0

    def publish(self, name: str, args: Any = (), kwargs: Any = None, **options: Any) -> None:
        """What apply_async and delay come to."""
        with self.port("broker publish"):
            if self.is_down:
                raise BrokerDown
            self.bag.append(Message(name, json.dumps(list(args))))

    @contextmanager
    def installed(self) -> Iterator[None]:
        with (
            mock.patch.object(tasks.advance_run, "apply_async", self._for(tasks.advance_run)),
            mock.patch.object(tasks.advance_runs, "apply_async", self._for(tasks.advance_runs)),
        ):
            yield

    def _for(self, task: Any) -> Any:
        return partial(self.publish, task.name)
