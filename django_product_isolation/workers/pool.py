"""The embedded worker: looks for due runs and takes their steps, each in a thread of its own."""

import logging
import threading
import time
from functools import partial
from queue import Empty, SimpleQueue

from django.db import DatabaseError, close_old_connections, connections

from django_product_isolation.database.transactions import summary
from django_product_isolation.workflow import work_on
from django_product_isolation.workflow.leases import MOST_HANGING, keeper

from .outage_log import OutageLog
from .tenant_turns import DueRun, TenantTurns, within

logger = logging.getLogger("django_product_isolation")

# Seconds that the end waits for steps at hand. Containers are killed after ten, and what is not
# done by then is given back.
PATIENCE = 5.0


class DatabaseAway(Exception):
    """There is no database to find runs in; the text says what is wrong with it."""


class TooManyHang(Exception):
    """So many steps hang that this process should make room for a new one; the text says so."""


class StepThread(threading.Thread):
    """Takes one step of a run, and is put into ``ended`` afterwards.

    The end of the process waits for none: the step may be hanging.
    """

    def __init__(self, due: DueRun, ended: "SimpleQueue[StepThread]") -> None:
        super().__init__(name="isolation", daemon=True)
        self.due, self.ended = due, ended
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            take_step(self.due)
        except BaseException as error:
            self.error = error
        self.ended.put(self)


class WorkerPool:
    """Takes the steps of runs, each run in one thread at a time."""

    def __init__(self, threads: int, pause: float) -> None:
        self.threads, self.pause = threads, pause
        self.stopping = threading.Event()
        self.at_work: dict[StepThread, DueRun] = {}
        self.ended: SimpleQueue[StepThread] = SimpleQueue()
        self.turns = TenantTurns(pause)
        self.outage = OutageLog("worker_without_database")

    def stop(self) -> None:
        """Finish the steps at hand, begin no other."""
        self.stopping.set()

    def run(self, *, until_idle: bool) -> None:
        """Work until told to stop, or ``until_idle`` until nothing is due.

        An outage of the database is waited for, but not where somebody waits for an end: then
        it raises DatabaseAway. Raises TooManyHang.
        """
        try:
            self._work(until_idle)
        finally:
            ends = time.monotonic() + PATIENCE
            while self.at_work and (left := ends - time.monotonic()) > 0:
                self.next_ended(left)

    def _work(self, until_idle: bool) -> None:
        looks_last = False
        while not self.stopping.is_set():
            try:
                self.take_on()
                if self.at_work:
                    looks_last = False
                    self.await_one()
                elif until_idle and looks_last:
                    return
                elif until_idle:
                    looks_last = True
                    self.turns.look_again()
                else:
                    self.outage.is_over()
                    self.stopping.wait(self.pause)
            except DatabaseError as error:
                if until_idle:
                    raise DatabaseAway(summary(error)) from None
                self.stopping.wait(self.outage.goes_on(summary(error)))

    def take_on(self) -> None:
        """Give due runs to new threads. Raises DatabaseError and TooManyHang."""
        close_old_connections()
        self.drop_hung_threads()
        while len(self.at_work) < self.threads:
            due = self.turns.next(self.at_work.values())
            if due is None:
                break
            thread = StepThread(due, self.ended)
            thread.start()
            self.at_work[thread] = due

    def drop_hung_threads(self) -> None:
        """Have others in the place of threads whose step hangs. Raises TooManyHang."""
        hanging = keeper.hanging()
        for thread in self.at_work.keys() & hanging:
            del self.at_work[thread]
        if len(hanging) >= MOST_HANGING:
            logger.error("worker_hangs error=%s steps hang; the worker ends", len(hanging))
            raise TooManyHang(f"{len(hanging)} steps hang")

    def await_one(self) -> None:
        """Wait for the end of a step, for a while. Raises DatabaseError where one met none."""
        thread = self.next_ended(self.pause)
        if thread is None:
            return
        self.turns.may_have_more(thread.due.tenant)
        if isinstance(thread.error, DatabaseError):
            raise thread.error
        if thread.error:
            logger.error("step_lost run=%s", thread.due.pk, exc_info=thread.error)
        self.outage.is_over()

    def next_ended(self, seconds: float) -> StepThread | None:
        """The next thread whose step has ended; None where none does in time."""
        try:
            thread = self.ended.get(timeout=seconds)
        except Empty:
            return None
        self.at_work.pop(thread, None)
        return thread


def take_step(run: DueRun) -> bool:
    close_old_connections()
    try:
        return bool(within(run.tenant, partial(work_on, run.pk)))
    finally:
        connections.close_all()
