"""Finding out what became of a request at Runflow: of one whose answer was lost, and of one that
ended here before we knew what it cost.
"""

import logging
from datetime import datetime, timedelta

from django_product_isolation import database_clock
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import NotFound, Run, RunflowClient, RunflowError

from .account import connect, describe
from .timing import MIN_LOOKUPS, SETTLE_HORIZON, soon

logger = logging.getLogger("django_product_isolation")


def settle(run: IsolationRun) -> None:
    """failed, cancelled: note what the run came to at Runflow, so that no money is forgotten.

    The status stays: a person has seen it, and may have begun the image again.
    """
    try:
        known = look_up(run, connect())
    except RunflowError as error:
        logger.info("unsettled run=%s %s", run.pk, describe(error))
        known = None
    if known is not None and known.is_terminal:
        reason = Reason.ARRIVED_LATE if run.reason == Reason.NOT_ACCEPTED else run.reason
        run.record(RunEvent.Kind.NOTE, reason, f"at Runflow: {known.status}")
        run.keep(runflow_run_id=known.id, cost=known.cost, reason=reason)
        run.rest()
    elif database_clock.now() - run.status_since > SETTLE_HORIZON and run.attempts > MIN_LOOKUPS:
        run.rest()
    else:
        run.wait(next_look(run))


def next_look(run: IsolationRun) -> datetime:
    """The moment to ask about an ended run again: seldom, and ever more seldom."""
    waited: timedelta = min(database_clock.now() - run.status_since, SETTLE_HORIZON)
    return soon(max(60.0, waited.total_seconds() / 3))


def look_up(run: IsolationRun, client: RunflowClient) -> Run | None:
    """Find this run at Runflow, by the id a callback named or by our reference."""
    if run.runflow_run_id:
        if hinted := hinted_run(run, client):
            return hinted
        run.keep(runflow_run_id=None)
    found = client.find_runs(str(run.pk))
    if len(found) > 1:
        others = ", ".join(other.id for other in found[1:])
        logger.error("charged_twice run=%s runflow_runs=%s", run.pk, others)
        run.record(RunEvent.Kind.NOTE, detail=f"Runflow has further runs of ours: {others}"[:500])
    return found[0] if found else None


def hinted_run(run: IsolationRun, client: RunflowClient) -> Run | None:
    """The run that a callback named, if Runflow agrees that it is ours."""
    try:
        hinted = client.get_run(run.runflow_run_id or "")
    except NotFound:
        return None
    ours = str(run.pk)
    return hinted if ours in (hinted.client_ref, hinted.metadata.get("run")) else None
