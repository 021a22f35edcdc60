"""Whose turn it is to read an original for somebody who looks at a page.

A storage may hang, and whoever reads it with it: the process must keep threads for its pages.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django_product_isolation.forks import after_fork_in_child

# A browser asks a host for six pictures at once, and each is read and decoded in well under a
# second: two at a time serve them in the time that a busy processor needs anyway.
AT_A_TIME = 2
PATIENCE = 5.0  # seconds that a person waits for the turn of a picture


class ReadingBusy(Exception):
    """Others read originals at this moment; trying again soon helps, unless the storage hangs."""


class ReadingTurns:
    """Lets few threads of the process read at a time, and others wait while that goes on."""

    def __init__(self) -> None:
        self.renew()
        after_fork_in_child(self.renew)

    def renew(self) -> None:
        self.changed = threading.Condition()
        self.begun: dict[object, float] = {}

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn. Raises ReadingBusy, at once where those that have one seem to hang."""
        mine = object()
        with self.changed:
            came = time.monotonic()
            while len(self.begun) >= AT_A_TIME:
                youngest = max(self.begun.values())
                left = min(came, youngest) + PATIENCE - time.monotonic()
                if left <= 0:
                    raise ReadingBusy("others are being read")
                self.changed.wait(left)
            self.begun[mine] = time.monotonic()
        try:
            yield
        finally:
            with self.changed:
                del self.begun[mine]
                self.changed.notify()


turns = ReadingTurns()
