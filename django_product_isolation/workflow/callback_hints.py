"""What a callback of Runflow's can do: have us look at our own run."""

import uuid
from datetime import datetime

from django.db import transaction

from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.database.transactions import retry_on_conflict
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import WAITED_IN_VAIN
from django_product_isolation.runflow.callbacks import Callback

from .nudges import nudge, nudge_on_commit

# Where a run may be that Runflow accepted without our knowing under which id: anywhere before it is
# known to be there, and where it ended before that.
UNANSWERED = (
    Status.QUEUED,
    Status.SUBMITTING,
    Status.HELD,
    Status.FAILED,
    Status.CANCELLED,
    Status.SUPERSEDED,
)
MAX_HINTS = 4


class UnknownRun(LookupError):
    """There is no such run."""


class WrongRun(ValueError):
    """The callback is about another run than the one its URL names."""


def receive_callback(pk: uuid.UUID, callback: Callback) -> None:
    """Take Runflow's hint that a run has news. All it can do is have us look at our own run.

    One UPDATE as a rule. Raises UnknownRun, or WrongRun when the callback is about another run than
    the one that Runflow itself has told us to be ours.
    """
    named = callback.metadata.get("run", str(pk))
    if named == str(pk) and is_of_known(pk, callback):
        nudge([pk])
        return
    run = IsolationRun.objects.filter(pk=pk).first()
    if run is None:
        raise UnknownRun(str(pk))
    is_other = run.runflow_run_id and run.runflow_run_id.lower() != callback.run_id.lower()
    if named != str(pk) or is_other:
        raise WrongRun(str(pk))
    take_hint(run, callback)


@retry_on_conflict
def is_of_known(pk: uuid.UUID, callback: Callback) -> bool:
    """Take a hint about a run that waits under the very id that the callback names."""
    return IsolationRun.objects.call_back(pk, callback.run_id)


@retry_on_conflict
def take_hint(run: IsolationRun, callback: Callback) -> None:
    """Make the run due, if it waits for Runflow at all; remember what Runflow calls it."""
    with transaction.atomic():
        in_its_own_time = run.status == Status.QUEUED or (
            run.status == Status.HELD and run.reason not in WAITED_IN_VAIN
        )
        due = {} if in_its_own_time else {"due_at": clock.now()}
        noted = run.runflow_run_id is None and note_hint(run, callback.run_id, **due)
        woken = bool(due) and (noted or IsolationRun.objects.wake(run.pk))
        if woken:
            nudge_on_commit([run.pk])


def note_hint(run: IsolationRun, runflow_run_id: str, **due: datetime) -> bool:
    """Remember an id beside those named before, the newest first; True when it was noted.

    It proves nothing: before the run is sent or given up, Runflow is asked whose it is, as often
    as for any other id however often the run was asked for before.
    """
    known = run.hinted_run_ids.split()
    if runflow_run_id in known or run.status not in UNANSWERED:
        return False
    hints = " ".join([runflow_run_id, *known][:MAX_HINTS])
    unanswered = IsolationRun.objects.filter(
        pk=run.pk, status=run.status, runflow_run_id=None, hinted_run_ids=run.hinted_run_ids
    )
    # Not 0 attempts: whoever holds the run may still take its own one off.
    hint = {"hinted_run_ids": hints, "attempts": 1, "called_back_at": DatabaseNow()}
    return bool(unanswered.update(**hint, **due))
