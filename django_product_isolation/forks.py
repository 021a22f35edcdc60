"""State of a process that its children must not take over: threads, and locks that these hold."""

import os
from collections.abc import Callable


def begin_anew_in_children(begin: Callable[[], object]) -> None:
    """Have ``begin`` called in each child that this process forks: none has its other threads."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=begin)
