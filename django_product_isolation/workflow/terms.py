"""What an order was placed under: where it goes, and what it pays.

The button said it, so a request is sent as it was said or not at all. Settings that change between
a click and its sending, such as those of a shop that goes live, hold what still waits.
"""

from decimal import Decimal
from typing import Any

from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.runflow.access import access
from django_product_isolation.spending.charges import exceeded, has_risen

SEVERAL = "several"
EVALUATED_UNDER = ("BASE_URL", "SANDBOX", "EVALUATION_PRICE")


def terms_now() -> dict[str, Any]:
    """The columns of a batch that is ordered now."""
    settings = get_settings()
    return {
        "destination": settings.destination,
        "runflow_model": str(settings.MODEL),
        "is_sandbox": settings.is_sandbox,
        "evaluation_price": settings.evaluation_price,
    }


def changed_since(batch: IsolationBatch) -> list[str]:
    """The names of the settings that are no longer as the order had them; none: it may be sent.

    A price that has fallen is no change. Raises ImproperlyConfigured for one that is none.
    """
    settings = get_settings()
    evaluation, nothing = batch.evaluation_price, Decimal(0)
    evaluation_now = settings.evaluation_price if evaluation is not None else None
    changed = {
        "BASE_URL": batch.destination != settings.destination,
        "SANDBOX": batch.is_sandbox != settings.is_sandbox,
        "MODEL": batch.runflow_model != str(settings.MODEL),
        "PRICE": settings.price > batch.unit_price - (evaluation or nothing),
        "EVALUATION_PRICE": (evaluation_now or nothing) > (evaluation or nothing),
    }
    return [name for name, is_changed in changed.items() if is_changed]


def unsent_because(batch: IsolationBatch) -> list[str]:
    """The names of the settings for whose sake an isolation of the order is not sent; none: it may
    be.

    To those that have changed come ``PRICE``, where Runflow charges more than it says, and a budget
    that is exceeded already. Raises ImproperlyConfigured.
    """
    changed = changed_since(batch)
    if "PRICE" not in changed and has_risen(batch):
        changed.append("PRICE")
    return changed or exceeded(batch)


def evaluation_changed_since(batch: IsolationBatch) -> list[str]:
    """The same for the evaluation of a result: what the isolation was, it was."""
    return [name for name in changed_since(batch) if name in EVALUATED_UNDER]


def access_of(run: IsolationRun) -> str:
    """What to keep of a run that is about to be sent: with which access it is.

    Sent before with another one it may lie in either account, and no single one can deny it.
    """
    now = access()
    return now if run.sent_with in ("", now) else SEVERAL


def has_other_access(run: IsolationRun) -> bool:
    """Whether the run was sent with another key, or elsewhere, than Runflow is asked with now.

    Then it may lie in an account that is not the one asked, which proves nothing by its silence.
    """
    return run.sent_with not in ("", access())
