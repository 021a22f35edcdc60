"""Keeping the leases of the steps that this process is taking.

A lease is short, so that a run whose worker was killed goes on soon. While its step lasts it is
renewed here, and when the process ends, or could not record the step, it is given back. A step that
hangs, as one does that reads a storage without a timeout, is counted as a death of its worker.
"""

import atexit
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import DatabaseError, InterfaceError, connections

from django_product_isolation.database import tenants
from django_product_isolation.forks import after_fork_in_child
from django_product_isolation.models import IsolationRun

logger = logging.getLogger("django_product_isolation")

RENEWAL = 15.0  # seconds between renewals: four in the time of a lease
LONGEST_STEP = 900.0  # a step that hangs loses its run, which is left alone for as long again
# Nobody can end a thread: each that hangs keeps its memory and its connection to the database.
MOST_HANGING = 16
PATIENCE = 2.0  # seconds that the end of the process waits for steps at hand


@dataclass(eq=False)
class Lease:
    """One run in the hands of this process."""

    pk: uuid.UUID
    owner: uuid.UUID
    worker_deaths: int  # before the step began
    tenant: str  # whose tables have the run; the keeper's thread is at home in none
    is_over: bool = False  # the step has ended, and nothing of it could be recorded
    is_lost: bool = False  # the step hangs, and that is counted
    thread: threading.Thread = field(default_factory=threading.current_thread)
    since: float = field(default_factory=time.monotonic)

    @property
    def hangs(self) -> bool:
        return time.monotonic() - self.since >= LONGEST_STEP


class Keeper:
    """Renews and gives back, in a thread that lives while there is a lease to keep."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Know of no lease: the process is a new one."""
        self.held: set[Lease] = set()
        self.claims = 0  # under way at this moment: each may become a lease
        self.changed = threading.Condition()
        self.thread: threading.Thread | None = None
        self.is_closing = False  # no further step should be begun
        self.is_ending = False

    def claim(self, pk: uuid.UUID) -> tuple[IsolationRun, Lease] | None:
        """Claim a run and hold its lease.

        None when it is not due, when somebody else is at it, and while the process ends.
        """
        with self.changed:
            if self.is_closing:
                return None
            self.claims += 1
        try:
            run = IsolationRun.objects.claim(pk)
            return None if run is None else (run, self._hold(run))
        finally:
            with self.changed:
                self.claims -= 1
                self.changed.notify_all()

    def _hold(self, run: IsolationRun) -> Lease:
        owner = run.lease_owner or uuid.uuid4()
        lease = Lease(run.pk, owner, run.worker_deaths, tenants.current())
        with self.changed:
            self.held.add(lease)
            self._begin()
        return lease

    @contextmanager
    def keeping(self, lease: Lease) -> Iterator[None]:
        """Keep a lease until the block ends.

        Where the block sets ``is_over`` it is given back, now or when the database is back.
        """
        try:
            yield
        finally:
            with self.changed:
                if not lease.is_over:
                    self.held.discard(lease)
                self.changed.notify_all()

    def hanging(self) -> set[threading.Thread]:
        """The threads whose step has lasted too long: nobody should wait for them."""
        with self.changed:
            return {lease.thread for lease in self.held if lease.hangs}

    def end(self) -> None:
        """Give back what is held when the process ends, a moment later. Raises nothing."""
        ends = time.monotonic() + PATIENCE
        with self.changed:
            self.is_closing = True
            self.changed.wait_for(self._has_nothing, timeout=PATIENCE)
            self.is_ending = True
            self.changed.notify_all()
            left = max(ends - time.monotonic(), 0) + 1
            self.changed.wait_for(self._has_nothing, timeout=left)

    def _has_nothing(self) -> bool:
        return not self.held and not self.claims

    def _begin(self) -> None:
        """Start the thread, if there is none. A process that can have none keeps no lease."""
        if self.thread is None or not self.thread.is_alive():
            thread = threading.Thread(target=self._run, name="isolation-leases", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                return
            self.thread = thread

    def _run(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.is_ending, timeout=RENEWAL)
                held, is_ending = list(self.held), self.is_ending
                if not held:
                    self.thread = None
                    return
            for lease in held:
                self._tend(lease, lease.is_over or (is_ending and not lease.hangs))
            connections.close_all()
            with self.changed:
                if is_ending:
                    self.held.clear()
                self.changed.notify_all()

    def _tend(self, lease: Lease, is_over: bool) -> None:
        try:
            with tenants.enter(lease.tenant):
                if is_over:
                    give_back = IsolationRun.objects.give_back
                    give_back(lease.pk, lease.owner, worker_deaths=lease.worker_deaths)
                    self.held.discard(lease)
                elif not lease.hangs:
                    IsolationRun.objects.renew(lease.pk, lease.owner)
                elif not lease.is_lost:
                    self._lose(lease)
        except tenants.UnknownTenant:  # dropped, and the run with it
            self.held.discard(lease)
        except Exception as error:
            if not isinstance(error, DatabaseError | InterfaceError):  # of an outage others speak
                logger.exception("lease_not_renewed run=%s", lease.pk)
            connections.close_all()

    def _lose(self, lease: Lease) -> None:
        lose = IsolationRun.objects.lose
        if lose(lease.pk, lease.owner, worker_deaths=lease.worker_deaths + 1, rest=LONGEST_STEP):
            logger.error("step_hangs run=%s seconds=%.0f", lease.pk, LONGEST_STEP)
        lease.is_lost = True


keeper = Keeper()
atexit.register(keeper.end)
after_fork_in_child(keeper.forget)
