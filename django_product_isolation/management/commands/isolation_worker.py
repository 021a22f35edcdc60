"""The embedded worker: one process that sweeps, without a broker."""

import logging
import signal
import threading
import uuid
from argparse import ArgumentParser
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections, connections

from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import work_on

logger = logging.getLogger("django_product_isolation")


class Command(BaseCommand):
    help = "Takes the steps of product isolations: all that is due now, then what becomes due."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Stop when nothing is due any more, e.g. for cron."
        )
        parser.add_argument(
            "--threads", type=int, default=4, help="Runs worked on at the same time (default 4)."
        )
        parser.add_argument(
            "--pause", type=float, default=1.0, help="Seconds between looks (default 1)."
        )

    def handle(self, *, once: bool, threads: int, pause: float, **_options: Any) -> None:
        if threads < 1 or pause <= 0:
            raise CommandError("--threads takes 1 or more, --pause more than 0 seconds.")
        worker = Worker(threads, pause)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, worker.stop)
        self.stdout.write("Taking the steps that are due. Press Ctrl-C to stop.")
        worker.run(until_idle=once)
        self.stdout.write("Stopped. What was begun goes on with the next start.")


class Worker:
    """Looks for due runs and takes their steps in threads, each run in one thread at a time."""

    def __init__(self, threads: int, pause: float) -> None:
        self.threads, self.pause = threads, pause
        self.stopping = threading.Event()
        self.at_work: dict[Future[bool], uuid.UUID] = {}

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Finish the steps at hand, begin no other."""
        self.stopping.set()

    def run(self, *, until_idle: bool) -> None:
        with ThreadPoolExecutor(self.threads, thread_name_prefix="isolation") as pool:
            while not self.stopping.is_set():
                self.take_on(pool)
                if self.at_work:
                    self.await_one()
                elif until_idle:
                    break
                else:
                    self.stopping.wait(self.pause)

    def take_on(self, pool: ThreadPoolExecutor) -> None:
        """Give due runs to free threads. A database that is away for a moment is waited for."""
        free = self.threads - len(self.at_work)
        try:
            close_old_connections()
            due = IsolationRun.objects.due().exclude(pk__in=self.at_work.values())
            for pk in due.values_list("pk", flat=True)[:free]:
                self.at_work[pool.submit(take_step, pk)] = pk
        except DatabaseError:
            logger.exception("worker_without_database")

    def await_one(self) -> None:
        done, _running = wait(self.at_work, timeout=self.pause, return_when=FIRST_COMPLETED)
        for future in done:
            pk = self.at_work.pop(future)
            if error := future.exception():
                logger.error("step_lost run=%s", pk, exc_info=error)


def take_step(pk: uuid.UUID) -> bool:
    close_old_connections()
    try:
        return work_on(pk)
    finally:
        connections.close_all()
