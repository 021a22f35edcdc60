"""Where a process can die, be interrupted or be overtaken: each call of a port, each commit.

Knows the processes that run one inside the other, on one thread. Must not know what the points are.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection


class Died(BaseException):
    """The process is gone. Nothing catches it but the world."""


@dataclass
class Process:
    """A web process or a worker; what it holds in memory ends with it."""

    name: str
    skew: timedelta = timedelta()
    is_dead: bool = False
    queries: int = 0
    calls: int = 0  # of Runflow and of the storage
    errors: int = 0  # of the database
    visits: int = 0  # until it began
    last_call: int = 0  # the point at which its last call of Runflow or of the storage ended


class Points:
    """Counts the points that processes reach, and does there what was planned."""

    def __init__(self) -> None:
        self.stack: list[Process] = []
        self.interrupted: list[BaseException] = []  # what those handle whom others come between
        self.skews: dict[str, timedelta] = {}
        self.reset()

    def reset(self) -> None:
        self.stack.clear()
        self.skews.clear()
        self.deadly = 0  # points passed at which a process can die
        self.deaths = 0
        self.all = 0  # and those at which another one may come in between
        self.deaths_at: set[int] = set()
        self.next_deaths: list[int] = []  # points from the death before
        self.visits = 0
        self.visits_at: dict[int, Callable[[], None]] = {}
        self.visits_on: dict[str, list[Callable[[], None] | None]] = {}  # by the point's label
        self.is_alone = False
        self.trace: list[str] | None = None
        self.reached: set[str] = set()

    @property
    def process(self) -> Process | None:
        """Whose turn it is; None while people, Runflow or the tests act."""
        return self.stack[-1] if self.stack else None

    @contextmanager
    def running(self, name: str) -> Iterator[Process]:
        process = Process(name, self.skews.get(name, timedelta()), visits=self.visits)
        self.stack.append(process)
        try:
            yield process
        finally:
            self.stack.pop()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """What happens in here is done by nobody's process."""
        stack, self.stack = self.stack, []
        handled = sys.exc_info()[1]
        self.interrupted += [handled] if handled else []
        try:
            yield
        finally:
            self.stack = stack
            if handled:
                self.interrupted.pop()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody comes in between here, as within a transaction."""
        self.is_alone = True
        try:
            yield
        finally:
            self.is_alone = False

    def reach(self, label: str, *, deadly: bool = True) -> None:
        """Come to a point; raises Died when the process was to die there."""
        process = self.process
        if process is None:
            return
        if process.is_dead:  # what "finally" and "with" would still like to do
            raise Died(label)
        self.all += 1
        if not (self.is_calm or self.is_alone or connection.in_atomic_block):
            self._visit(label)
        if deadly:
            self.deadly += 1
            self.reached.add(label)
            if self.trace is not None:
                self.trace.append(label)
            if self.deadly in self.deaths_at:
                self._die(process, label)

    def _die(self, process: Process, label: str) -> None:
        self.deaths_at.discard(self.deadly)
        self.deaths += 1
        process.is_dead = True
        if self.next_deaths:
            self.die_at(self.next_deaths.pop(0))
        raise Died(label)

    @property
    def is_undisturbed(self) -> bool:
        """Nobody has come in between since the process whose turn it is began."""
        return self.process is None or self.process.visits == self.visits

    @property
    def is_calm(self) -> bool:
        """Nobody is to come in between."""
        return not (self.visits_at or self.visits_on)

    def _visit(self, label: str) -> None:
        """Let others do what they were to do by now. Inside a transaction they have to wait."""
        now = self.all
        due = [self.visits_at.pop(at) for at in sorted(self.visits_at) if at <= now]
        if waiting := self.visits_on.get(label):
            due.append(waiting.pop(0))
            if not waiting:
                del self.visits_on[label]
        for visit in filter(None, due):
            self.visits += 1
            with self.outside():
                visit()

    def die_at(self, nth: int, *then: int) -> None:
        """Have whoever reaches the ``nth`` point from now die; ``then`` count from that death."""
        self.deaths_at.add(self.deadly + nth)
        self.next_deaths += then

    def visit_at(self, nth: int, visit: Callable[[], Any]) -> None:
        """Have ``visit`` called at the ``nth`` point from now, or the first one after it."""
        self.visits_at[self.all + nth] = visit

    def visit_on(self, label: str, nth: int, visit: Callable[[], None]) -> None:
        """Have ``visit`` called when the point of that label is reached for the ``nth`` time."""
        self.visits_on[label] = [*[None] * (nth - 1), visit]

    def calm(self) -> None:
        """Nothing that was planned happens any more."""
        self.deaths_at.clear()
        self.next_deaths.clear()
        self.visits_at.clear()
        self.visits_on.clear()
