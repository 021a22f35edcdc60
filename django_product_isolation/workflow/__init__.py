"""The way of an image: begun, sent, collected, published, put back.

Callable without a request and without Celery; every function is safe to repeat.
"""

from .advance import UnknownRun, WrongRun, advance, advance_for, receive_callback, sweep, work_on
from .begin import NothingToIsolate, Plan, Skipped, isolate, order, plan
from .budgets import BudgetExceeded
from .decide import approve, reject, resume, stop
from .prune import prune
from .restoring import Restoration, restore, restore_runs, stop_restoring

__all__ = [
    "BudgetExceeded",
    "NothingToIsolate",
    "Plan",
    "Restoration",
    "Skipped",
    "UnknownRun",
    "WrongRun",
    "advance",
    "advance_for",
    "approve",
    "isolate",
    "order",
    "plan",
    "prune",
    "receive_callback",
    "reject",
    "restore",
    "restore_runs",
    "resume",
    "stop",
    "stop_restoring",
    "sweep",
    "work_on",
]
