"""The embedded worker: looks for due runs and takes their steps in several threads."""

import logging
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import partial

from django.db import DatabaseError, close_old_connections, connections

from django_product_isolation.database.transactions import summary
from django_product_isolation.workflow import work_on

from .outage_log import Outage
from .tenant_turns import DueRun, Turns, within

logger = logging.getLogger("django_product_isolation")


class DatabaseAway(Exception):
    """There is no database to find runs in; the text says what is wrong with it."""


class WorkerPool:
    """Takes the steps of runs, each run in one thread at a time."""

    def __init__(self, threads: int, pause: float) -> None:
        self.threads, self.pause = threads, pause
        self.stopping = threading.Event()
        self.at_work: dict[Future[bool], DueRun] = {}
        self.turns = Turns(pause)
        self.outage = Outage("worker_without_database")

    def stop(self) -> None:
        """Finish the steps at hand, begin no other."""
        self.stopping.set()

    def run(self, *, until_idle: bool) -> None:
        """Work until told to stop, or ``until_idle`` until nothing is due.

        An outage of the database is waited for, but not where somebody waits for an end: then
        it raises DatabaseAway.
        """
        looks_last = False
        with ThreadPoolExecutor(self.threads, thread_name_prefix="isolation") as pool:
            while not self.stopping.is_set():
                try:
                    self.take_on(pool)
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

    def take_on(self, pool: ThreadPoolExecutor) -> None:
        """Give due runs to free threads. Raises DatabaseError."""
        close_old_connections()
        while len(self.at_work) < self.threads:
            run = self.turns.next(self.at_work.values())
            if run is None:
                break
            self.at_work[pool.submit(take_step, run)] = run

    def await_one(self) -> None:
        """Wait for the end of a step, for a while. Raises DatabaseError where one met none."""
        done, _running = wait(self.at_work, timeout=self.pause, return_when=FIRST_COMPLETED)
        for future in done:
            run = self.at_work.pop(future)
            self.turns.may_have_more(run.tenant)
            error = future.exception()
            if isinstance(error, DatabaseError):
                raise error
            if error:
                logger.error("step_lost run=%s", run.pk, exc_info=error)
            self.outage.is_over()


def take_step(run: DueRun) -> bool:
    close_old_connections()
    try:
        return bool(within(run.tenant, partial(work_on, run.pk)))
    finally:
        connections.close_all()
