"""Finding out what became of a request at Runflow: of one whose answer was lost, and of one that
ended here before we knew what it cost.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django_product_isolation.database import clock
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    AccountRefused,
    RateLimited,
    Refused,
    Run,
    RunflowClient,
    RunflowError,
    RunState,
)
from django_product_isolation.spending.charges import note_charge

from .outcomes import Finished, Outcome, Wait
from .runflow_outages import connect_for
from .terms import has_other_access
from .timing import CLOCK_MARGIN, MIN_LOOKUPS, POLL_HORIZON, SETTLE_HORIZON, seconds_from_now

logger = logging.getLogger("django_product_isolation")

# Of a run whose looks so far prove nothing about what comes now.
NEVER_LOOKED = {"answered_looks": 0, "looked_at": None}

# Between looks at what ended, once it is late, for as long as Runflow is asked with another key.
UNDER_ANOTHER_KEY = timedelta(days=30)
# How often a fate is asked for that stays uncertain, before a person is asked.
MIN_UNCERTAIN = 20

# An id that a callback named and that Runflow never says anything of is asked for so often.
MAX_HINT_ATTEMPTS = 20


@dataclass(frozen=True)
class LookupResult:
    """What Runflow has of a run of ours. ``is_certain``: it has answered that there is none."""

    run: Run | None = None
    is_certain: bool = False


def settle(run: IsolationRun) -> Outcome:
    """failed, cancelled, superseded: note what the run came to at Runflow: no money is forgotten.

    The status stays: a person has seen it, and may have begun the image again.
    """
    try:
        found = look_up(run, connect_for(run))
    except RunflowError as error:
        logger.debug("unsettled run=%s %s", run.pk, error)
        found = LookupResult()
    is_late = clock.now() - run.status_since > SETTLE_HORIZON
    if found.run is not None and found.run.is_terminal:
        reason = Reason.ARRIVED_LATE if run.reason == Reason.NOT_ACCEPTED else run.reason
        run.record(RunEvent.Kind.NOTE, reason, f"at Runflow: {found.run.status}")
        cost = cost_of(run, found.run)
        if found.run.status == RunState.FAILED and not found.run.cost_is_nonsense:
            cost = cost or Decimal(0)  # contract, section 5
        run.update_fields(runflow_run_id=found.run.id, hinted_run_ids="", cost=cost, reason=reason)
        return Finished()
    if is_late and (found.run is not None or is_surely_absent(run, found)):
        return Finished()
    if is_late and has_other_access(run):  # another account never says more: until its key is back
        return Wait(clock.now() + UNDER_ANOTHER_KEY)
    return Wait(next_look(run))


def next_look(run: IsolationRun) -> datetime:
    """The moment to ask about an ended run again: seldom, and ever more seldom."""
    waited: timedelta = min(clock.now() - run.status_since, SETTLE_HORIZON)
    return seconds_from_now(max(60.0, waited.total_seconds() / 3))


def cost_of(run: IsolationRun, known: Run) -> Decimal | None:
    """What Runflow says that a run cost; what is no price is noted, and the cost not known.

    What it is stands for the price until another run is charged.
    """
    if known.cost_is_nonsense:
        logger.warning("cost_unreadable run=%s", run.pk)
        run.record(RunEvent.Kind.NOTE, detail="Runflow's record names a cost that is no price.")
    note_charge(run, known.cost)
    return known.cost


def is_surely_absent(run: IsolationRun, found: LookupResult) -> bool:
    """Whether Runflow has answered often enough, and at last, that it has no such run."""
    return found.run is None and found.is_certain and run.answered_looks >= MIN_LOOKUPS


def is_asked_in_vain(run: IsolationRun) -> bool:
    """Whether the fate of a request has stayed uncertain for so long that a person is asked."""
    waited = clock.now() - run.status_since
    return waited > POLL_HORIZON and run.attempts >= MIN_UNCERTAIN


def look_up(run: IsolationRun, client: RunflowClient) -> LookupResult:
    """Ask for a run at Runflow: by its id, by those that callbacks named, and by our reference.

    Whatever proves to be ours counts. That there is none is said only by the account to which it
    was sent, so it is not certain where that may be another one. Raises RunflowError when Runflow
    cannot be asked.
    """
    if run.runflow_run_id:
        try:
            return LookupResult(client.get_run(run.runflow_run_id, str(run.pk)))
        except Refused as error:
            if isinstance(error, AccountRefused | RateLimited):
                raise
    hinted, is_certain = ask_for_hints(run, client)
    if hinted is not None:
        return LookupResult(hinted)
    search = client.find_runs(str(run.pk), run.batch.created_at - CLOCK_MARGIN)
    if search.runs:
        note_others(run, search.runs[1:])
        return LookupResult(search.runs[0])
    is_certain = is_certain and search.is_complete and not has_other_access(run)
    if is_certain:
        count_look(run)
    return LookupResult(is_certain=is_certain)


def ask_for_hints(run: IsolationRun, client: RunflowClient) -> tuple[Run | None, bool]:
    """The run of ours among those that callbacks named, and whether all others are known not to be.

    An id that disproves itself is forgotten. What Runflow fails to say of one stands in nobody's
    way: not even a refusal of our key, which a foreign id may earn.
    """
    unknown = []
    for run_id in run.hinted_run_ids.split():
        try:
            known = client.get_run(run_id, str(run.pk))
        except RunflowError as error:
            is_disproved = isinstance(error, Refused) and error.status not in (401, 402, 429)
            is_open = not is_disproved and run.attempts < MAX_HINT_ATTEMPTS
            if is_open or has_other_access(run):
                unknown.append(run_id)
        else:
            if str(run.pk) in known.refs:
                return known, True
    forget_hints(run, unknown)
    return None, not unknown


def forget_hints(run: IsolationRun, but: list[str]) -> None:
    """Forget the ids that callbacks named, unless another callback has come meanwhile."""
    remaining = " ".join(but)
    if remaining != run.hinted_run_ids:
        as_known = IsolationRun.objects.filter(pk=run.pk, hinted_run_ids=run.hinted_run_ids)
        as_known.update(hinted_run_ids=remaining)
        run.hinted_run_ids = remaining


def count_look(run: IsolationRun) -> None:
    IsolationRun.objects.count_look(run.pk)
    run.refresh_from_db(fields=["answered_looks"])


def note_others(run: IsolationRun, others: list[Run]) -> None:
    """Say that Runflow has more than one run of ours: that should never be."""
    if others:
        ids = ", ".join(other.id for other in others)
        logger.error("charged_twice run=%s runflow_runs=%s", run.pk, ids)
        run.record(RunEvent.Kind.NOTE, detail=f"Runflow has further runs of ours: {ids}")
