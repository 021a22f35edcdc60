"""The embedded worker: looks for due runs and takes their steps in several threads."""

import logging
import threading
import uuid
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from django.db import DatabaseError, close_old_connections, connections

from django_product_isolation.database.transactions import summary
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import work_on

from .outage_log import Outage

logger = logging.getLogger("django_product_isolation")


class DatabaseAway(Exception):
    """There is no database to find runs in; the text says what is wrong with it."""


class WorkerPool:
    """Takes the steps of runs, each run in one thread at a time."""

    def __init__(self, threads: int, pause: float) -> None:
        self.threads, self.pause = threads, pause
        self.stopping = threading.Event()
        self.at_work: dict[Future[bool], uuid.UUID] = {}
        self.outage = Outage("worker_without_database")

    def stop(self) -> None:
        """Finish the steps at hand, begin no other."""
        self.stopping.set()

    def run(self, *, until_idle: bool) -> None:
        """Work until told to stop, or ``until_idle`` until nothing is due.

        An outage of the database is waited for, but not where somebody waits for an end: then
        it raises DatabaseAway.
        """
        with ThreadPoolExecutor(self.threads, thread_name_prefix="isolation") as pool:
            while not self.stopping.is_set():
                try:
                    self.take_on(pool)
                    if self.at_work:
                        self.await_one()
                    elif until_idle:
                        return
                    else:
                        self.outage.is_over()
                        self.stopping.wait(self.pause)
                except DatabaseError as error:
                    if until_idle:
                        raise DatabaseAway(summary(error)) from None
                    self.stopping.wait(self.outage.goes_on(summary(error)))

    def take_on(self, pool: ThreadPoolExecutor) -> None:
        """Give due runs to free threads. Raises DatabaseError."""
        free = self.threads - len(self.at_work)
        close_old_connections()
        due = IsolationRun.objects.due().exclude(pk__in=self.at_work.values())
        for pk in due.values_list("pk", flat=True)[:free]:
            self.at_work[pool.submit(take_step, pk)] = pk

    def await_one(self) -> None:
        """Wait for the end of a step, for a while. Raises DatabaseError where one met none."""
        done, _running = wait(self.at_work, timeout=self.pause, return_when=FIRST_COMPLETED)
        for future in done:
            pk = self.at_work.pop(future)
            error = future.exception()
            if isinstance(error, DatabaseError):
                raise error
            if error:
                logger.error("step_lost run=%s", pk, exc_info=error)
            self.outage.is_over()


def take_step(pk: uuid.UUID) -> bool:
    close_old_connections()
    try:
        return work_on(pk)
    finally:
        connections.close_all()
