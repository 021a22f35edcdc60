"""State of a process that its children must not take over: threads, and locks that these hold."""

import os
import threading
from collections.abc import Callable


def after_fork_in_child(renew: Callable[[], object]) -> None:
    """Have ``renew`` called in each child that this process forks: none has its other threads."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=renew)


class ForkSafeLock:
    """A lock that a child of this process finds free, whichever thread of its parent held it."""

    def __init__(self) -> None:
        self.renew()
        after_fork_in_child(self.renew)

    def renew(self) -> None:
        self.current = threading.Lock()
