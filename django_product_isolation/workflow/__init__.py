"""The way of an image: begun, sent, collected, published, put back.

Callable without a request and without Celery; every step is safe to take again.
"""

from typing import TYPE_CHECKING

from django_product_isolation.exports import when_asked

if TYPE_CHECKING:
    from django_product_isolation.host import Skipped
    from django_product_isolation.spending.budgets import BudgetExceeded

    from .callback_hints import UnknownRun, WrongRun, receive_callback
    from .places import expected, in_pixels, judgements_of
    from .planning import Plan, plan
    from .quote import Changes, Quote, quote_of, quote_of_runs
    from .restore_requests import Restoration, restore, restore_runs, stop_restoring
    from .review import approve, reject, resume, stop
    from .start import NothingToIsolate, Options, create_batch, isolate
    from .steps import advance, advance_for, work_on
    from .verdicts import findings_of

HOMES = {
    "django_product_isolation.host": "Skipped",
    "django_product_isolation.spending.budgets": "BudgetExceeded",
    ".steps": "advance advance_for work_on",
    ".callback_hints": "UnknownRun WrongRun receive_callback",
    ".places": "expected in_pixels judgements_of",
    ".planning": "Plan plan",
    ".quote": "Changes Quote quote_of quote_of_runs",
    ".restore_requests": "Restoration restore restore_runs stop_restoring",
    ".review": "approve reject resume stop",
    ".start": "NothingToIsolate Options create_batch isolate",
    ".verdicts": "findings_of",
}
if not TYPE_CHECKING:
    __getattr__ = when_asked(__name__, HOMES)

__all__ = [
    "BudgetExceeded",
    "Changes",
    "NothingToIsolate",
    "Options",
    "Plan",
    "Quote",
    "Restoration",
    "Skipped",
    "UnknownRun",
    "WrongRun",
    "advance",
    "advance_for",
    "approve",
    "create_batch",
    "expected",
    "findings_of",
    "in_pixels",
    "isolate",
    "judgements_of",
    "plan",
    "quote_of",
    "quote_of_runs",
    "receive_callback",
    "reject",
    "restore",
    "restore_runs",
    "resume",
    "stop",
    "stop_restoring",
    "work_on",
]
