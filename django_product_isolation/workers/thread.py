"""WORKERS = "thread": one thread in each of the site's own processes, beside its requests.

It is begun by an order, a callback, a page of ours or, at most once a minute, any request, and
ends when nothing is left to come. Killed anywhere it loses nothing: the rows are the queue.
"""

import logging
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

from django.core.signals import request_started
from django.db import DatabaseError, close_old_connections, connections

from django_product_isolation import workflow
from django_product_isolation.choices import Workers
from django_product_isolation.conf import get_settings
from django_product_isolation.database import tenants
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.database.transactions import summary
from django_product_isolation.forks import after_fork_in_child
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow.leases import MOST_HANGING, keeper

from .base import BaseWorkers
from .outage_log import OutageLog
from .tenant_turns import TenantTurns, is_resting, within

logger = logging.getLogger("django_product_isolation")

# Other processes make runs due too, so while any is to come nobody sleeps for longer. Seconds.
LONGEST_SLEEP = 20.0
SHORTEST_SLEEP = 0.1
# After a restart nobody may order anything for hours; any request then sees what was left.
BETWEEN_WAKES = 60.0  # seconds


class ThreadWorkers(BaseWorkers):
    if_late = (
        "Steps are taken in the site's own processes: is it running, and does anybody visit it?"
    )

    def enqueue(self, run_ids: Sequence[uuid.UUID]) -> None:
        self.wake()

    def wake(self) -> None:
        if may_begin():
            worker.wake()


class WorkThread:
    """Takes steps one at a time, since decoding takes memory that the site needs too."""

    def __init__(self) -> None:
        self.outage = OutageLog("worker_without_database")
        self.full = OutageLog("worker_hangs")
        self.forget()

    def forget(self) -> None:
        """Know of no thread: the process is a new one."""
        self.lock = threading.Lock()
        self.woken = threading.Event()
        self.thread: threading.Thread | None = None
        self.turns = TenantTurns()

    def wake(self) -> None:
        """Have what is due looked at, by the thread that there is or a new one.

        One whose step hangs is left to itself, as long as not too many are.
        """
        self.woken.set()
        with self.lock:
            hanging = keeper.hanging()
            if self.thread is not None and self.thread.is_alive() and self.thread not in hanging:
                return
            if len(hanging) >= MOST_HANGING:
                self.full.goes_on(f"{len(hanging)} steps hang; restart this process")
                return
            self.full.is_over()
            before = self.thread
            self.thread = threading.Thread(target=self._run, name="isolation-worker", daemon=True)
            try:
                self.thread.start()
            except RuntimeError as error:  # no more threads, or the process is at its end
                logger.warning("worker_without_thread error=%s", error)
                self.thread = before

    def _run(self) -> None:
        while not keeper.is_closing:
            self.woken.clear()
            pause = self._look()
            if self._is_replaced():
                return
            if pause is not None:
                self.woken.wait(pause)
                continue
            with self.lock:
                if not self.woken.is_set():
                    self.thread = None
                    return

    def _is_replaced(self) -> bool:
        """Whether another thread was begun because this one's step had hung."""
        return self.thread not in (None, threading.current_thread())

    def _look(self) -> float | None:
        """Take all steps that are due. Returns how many seconds later to look again, if at all."""
        try:
            self._take_steps()
            pause = seconds_to_next()
        except DatabaseError as error:
            return self.outage.goes_on(summary(error))
        except Exception as error:
            # Whatever it is, it must not end the only worker that the shop has.
            if self.outage.since is None:
                logger.exception("worker_failed")
            return self.outage.goes_on(type(error).__name__)
        finally:
            connections.close_all()
        self.outage.is_over()
        return pause

    def _take_steps(self) -> None:
        close_old_connections()
        self.turns.look_again()
        while not keeper.is_closing and not self._is_replaced() and (run := self.turns.next()):
            if not within(run.tenant, partial(workflow.work_on, run.pk)):
                return
            self.outage.is_over()
            close_old_connections()


def seconds_to_next() -> float | None:
    """How long until a run of any tenant's wants attention, or may have lost its worker.

    None when none will.
    """
    found: list[float] = []
    for tenant in tenants.all_keys():
        resting = is_resting(tenant)
        seconds = LONGEST_SLEEP if resting else within(tenant, seconds_to_next_here)
        found += [] if seconds is None else [seconds]
    return min(found, default=None)


def seconds_to_next_here() -> float | None:
    """The same of the tenant at hand."""
    waiting = IsolationRun.objects.exclude(due_at=None).order_by("due_at")
    free = waiting.filter(lease_owner=None).values_list("due_at", DatabaseNow()).first()
    if free is not None:
        due_at, now = free
        seconds: float = (due_at - now).total_seconds()
        return min(max(seconds, SHORTEST_SLEEP), LONGEST_SLEEP)
    return LONGEST_SLEEP if waiting.exists() else None


def may_begin() -> bool:
    """Whether this process can have a thread. Not in a shop's tests, nor where none would run."""
    tests = sys.modules.get("django.test.utils")
    if hasattr(getattr(tests, "_TestState", None), "saved_data"):
        return False
    if not has_threads():
        warn_of_no_threads()
        return False
    return True


def has_threads() -> bool:
    """Whether threads run between requests. uWSGI is the server that must be asked for that."""
    server: Any = sys.modules.get("uwsgi")
    options = getattr(server, "opt", {})
    return server is None or bool(options.get("enable-threads") or options.get("threads"))


@cache
def warn_of_no_threads() -> None:
    """Say once in a process that it takes no steps."""
    logger.warning(
        "worker_without_thread error=uWSGI runs no threads. Start it with --enable-threads, or "
        'set WORKERS to "embedded" and have cron run isolation_worker --once'
    )


class RequestWatch:
    """Has any request of the site wake the thread, if it is long since one did."""

    def __init__(self) -> None:
        self.next = 0.0

    def wake_now_and_then(self, **_kwargs: Any) -> None:
        """Receives ``request_started``. Costs a look at the clock."""
        if time.monotonic() < self.next:
            return
        self.next = time.monotonic() + BETWEEN_WAKES
        try:
            if get_settings().WORKERS == Workers.THREAD:
                ThreadWorkers().wake()
        except Exception as error:  # the request is the shop's: it goes on whatever is wrong here
            logger.warning("worker_not_begun error=%s: %s", type(error).__name__, error)


worker = WorkThread()
request_watch = RequestWatch()
after_fork_in_child(worker.forget)


def watch_requests() -> None:
    """Have requests of the site wake the thread. Called once, when Django is ready."""
    request_started.connect(
        request_watch.wake_now_and_then, dispatch_uid="product_isolation_requests"
    )
