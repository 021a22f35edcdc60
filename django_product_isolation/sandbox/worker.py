"""Threads that take whatever is due, one thing at a time.

Knows moments and ids; what is due is asked of a table, what to do with it is the caller's. The
table is the queue: nothing is lost when the process ends.
"""

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger("django_product_isolation")

LONGEST_SLEEP = 5.0  # seconds; also how long a thing waits that failed in an unforeseen way

Due = Callable[[int], list[tuple[str, float]]]


class WorkerPool:
    """A few threads on one table."""

    def __init__(self, name: str, threads: int, due: Due, work: Callable[[str], None]) -> None:
        """``due(limit)`` lists ids with their moments, soonest first; ``work(id)`` does one."""
        self._due = due
        self._work = work
        self._in_hand: set[str] = set()
        self._condition = threading.Condition()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._loop, name=f"sandbox-{name}-{number}", daemon=True)
            for number in range(threads)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is in hand, and no more."""
        with self._condition:
            self._stopping = True
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()

    def wake(self) -> None:
        """Look again: something may have become due."""
        with self._condition:
            self._condition.notify_all()

    def _loop(self) -> None:
        while (job := self._take()) is not None:
            try:
                self._work(job)
            except Exception:
                logger.exception("event=sandbox_work_failed id=%s", job)
                time.sleep(1)
            finally:
                self._put_back(job)

    def _take(self) -> str | None:
        """Wait for the next thing that is due and nobody's; None when it is time to stop."""
        with self._condition:
            while not self._stopping:
                job, moment = self._next()
                wait = moment - time.time()
                if job and wait <= 0:
                    self._in_hand.add(job)
                    return job
                self._condition.wait(min(wait, LONGEST_SLEEP))
        return None

    def _next(self) -> tuple[str, float]:
        """Return what is due soonest and in nobody's hand; no id when there is nothing."""
        for job, moment in self._due(len(self._threads) + 1):
            if job not in self._in_hand:
                return job, moment
        return "", time.time() + LONGEST_SLEEP

    def _put_back(self, job: str) -> None:
        with self._condition:
            self._in_hand.discard(job)
            self._condition.notify_all()
