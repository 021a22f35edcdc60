"""Runflow's evaluation of a stored result, where the shop pays for one: a second opinion.

Asked for with one Idempotency-Key for each run, so that asking again is not paid again. What it
says, or that it said nothing, is kept with the measures and judged like these; no result waits for
it longer than ``LIMIT``, and none is bought that would come too late to be read.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django_product_isolation.conf import get_settings
from django_product_isolation.database import clock
from django_product_isolation.database.transactions import may_be_undone, retry_on_conflict
from django_product_isolation.imaging.verdict import findings
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
    MAX_COST,
    Conflict,
    Evaluation,
    EvaluationRequest,
    EvaluationState,
    RateLimited,
    Refused,
    Run,
    RunflowClient,
    RunflowError,
    RunState,
)
from django_product_isolation.spending.budgets import BudgetExceeded, reserve, take_spending_lock

from .evaluation_findings import (
    ASKED,
    EVALUATION,
    MISSING,
    NOT_PASSED,
    OPEN,
    PASSED,
    STRENGTH,
    WANTED,
)
from .outcomes import Outcome, Pause, ToReview
from .publish import apply
from .runflow_outages import connect_for
from .terms import evaluation_changed_since, has_other_access
from .timing import backoff, seconds_from_now
from .verdicts import tolerated, with_findings

LIMIT = timedelta(minutes=15)  # by vendors' words an evaluation takes up to four
PAUSE = 10.0  # seconds between looks


def wanted(run: IsolationRun, reason: str | None, review: bool) -> dict[str, Any]:
    """What to add to the measures of a result that is being stored: {} where nobody asks.

    It was ordered with the batch, and is still set.
    """
    settings = get_settings()
    is_wanted = settings.evaluates and (settings.evaluates_all or reason == Reason.DOUBTFUL)
    if not is_wanted or run.batch.evaluation_price is None:
        return {}
    return {EVALUATION: {"state": WANTED, "waits": review}}


def evaluate_or_apply(run: IsolationRun) -> Outcome:
    """ready -> applied, or on to a person's review; before that, the evaluation."""
    kept = run.measures.get(EVALUATION, {})
    # What a person has approved meanwhile waits for nobody.
    is_approved = kept.get("waits") and not run.review
    if kept.get("state") in OPEN and not is_approved:
        if why := not_worth_it(run, kept):
            give_up(run, why, is_unpaid=kept["state"] == WANTED)
        elif waiting := ask(run):
            return waiting
    return ToReview() if run.review else apply(run)


def not_worth_it(run: IsolationRun, kept: Mapping[str, Any]) -> str:
    """Why an evaluation is not asked for any more, in a developer's words; "" where it is."""
    if kept["state"] != WANTED:
        return ""
    if not get_settings().evaluates:
        return "switched off"
    is_shown = run.target.current_name(run.object_pk) == run.source_name
    return "" if is_shown else "image changed"


def ask(run: IsolationRun) -> Outcome | None:
    """Take the evaluation one step further. None when it is there, or no longer waited for."""
    if "since" not in run.measures[EVALUATION]:
        # Not since the result came: it may have waited for a worker until now.
        keep(run, since=clock.now().isoformat())
    kept = run.measures[EVALUATION]
    # Only of the very first request it is known that none before it was accepted.
    is_first = kept["state"] == WANTED
    try:
        evaluation = look(run, kept, connect_for(run))
    except NotBought as reason:
        give_up(run, str(reason), is_unpaid=is_first)
        return None
    except RunflowError as error:
        is_refused = isinstance(error, Refused) and not isinstance(error, RateLimited | Conflict)
        if is_refused or is_late(run):
            give_up(run, str(error), is_unpaid=is_first and error.not_accepted)
            return None
        pause = seconds_from_now(error.retry_after or 0)
        return Pause(min(max(backoff(run.attempts), pause), ends(run)))
    if evaluation.state == EvaluationState.FAILED:
        give_up(run, "failed", is_unpaid=False, cost=evaluation.cost)
        return None
    if evaluation.state == EvaluationState.COMPLETED:
        conclude(run, evaluation)
        return None
    if is_late(run):
        give_up(run, "too slow", is_unpaid=False)
        return None
    if kept.get("id") != evaluation.id:
        keep(run, id=evaluation.id)
    return Pause(min(seconds_from_now(PAUSE), ends(run)))


class NotBought(Exception):
    """No evaluation is asked for, or not once more."""


def look(run: IsolationRun, kept: Mapping[str, Any], client: RunflowClient) -> Evaluation:
    """Runflow's record of the evaluation, which is asked for where it has no id yet.

    Raises RunflowError and NotBought.
    """
    if kept.get("id"):
        return client.get_evaluation(kept["id"], reference(run))
    if changed := evaluation_changed_since(run.batch):
        raise NotBought(f"other settings: {', '.join(changed)}")
    known = client.get_run(run.runflow_run_id or "", str(run.pk))
    if known.status != RunState.SUCCEEDED or not known.output_urls:
        raise NotBought("no result there")
    # Links are signed anew, so that a request sent again is not byte for byte the one before, and
    # the key alone need not find what came of that.
    was_asked = kept["state"] == ASKED
    if was_asked and (found := client.find_evaluation(known.id, reference(run))):
        return found
    if was_asked and has_other_access(run):
        raise NotBought("another key")
    if is_late(run):
        raise NotBought("too slow")
    if may_be_undone():
        raise NotBought("in a transaction")
    if not was_asked:
        reserve_price(run)
    return client.evaluate(request_for(run, known))


@retry_on_conflict
def reserve_price(run: IsolationRun) -> None:
    """Count the price, as far as the budgets reach: from here on it may be paid for.

    They were asked at the order, but what the isolation cost less than reserved may be spent since.
    Raises NotBought.
    """
    try:
        with run.all_or_nothing():
            take_spending_lock()
            if run.cost is not None:  # else the whole price of the order is still reserved
                reserve(reserved(run), at=run.batch.created_at)
            keep(run, cost=plus(run.cost, reserved(run)), state=ASKED)
    except BudgetExceeded as error:
        raise NotBought("budget") from error


def reference(run: IsolationRun) -> str:
    """What Runflow knows the run's evaluation by: as client_ref, and as Idempotency-Key."""
    return f"{run.pk}-evaluation"


def request_for(run: IsolationRun, known: Run) -> EvaluationRequest:
    return EvaluationRequest(
        result_url=known.output_urls[0],
        source_url=known.source_url,
        prompt=run.prompt,
        run_id=known.id,
        client_ref=reference(run),
        idempotency_key=reference(run),
    )


def conclude(run: IsolationRun, evaluation: Evaluation) -> None:
    """Keep the verdict, and what it cost; where it is bad, have a person look, in one."""
    if evaluation.passed is None:
        give_up(run, "no verdict", is_unpaid=False, cost=evaluation.cost)
        return
    state = PASSED if evaluation.passed else NOT_PASSED
    known = {"state": state, "issues": list(evaluation.issues), "id": evaluation.id}
    measures = {**run.measures, EVALUATION: {**run.measures[EVALUATION], **known}}
    changes: dict[str, Any] = {"measures": measures, "cost": cost_with(run, evaluation.cost)}
    found = [one for one in findings(measures) if one.id == EVALUATION]
    if found:
        changes |= {"doubt": max(run.doubt or 0.0, STRENGTH)}
    if found and EVALUATION not in tolerated(run):
        changes |= {"reason": run.reason or Reason.DOUBTFUL}
        # One that waits for a person already may have been approved since it was read.
        changes |= {} if run.review else {"review": True}
    with_findings(run, found, partial(write, run, changes, f"evaluation {evaluation.id}: {state}"))


def write(run: IsolationRun, changes: Mapping[str, Any], told: str) -> bool:
    """Raises LeaseLost."""
    run.update_fields(**changes)
    run.record(RunEvent.Kind.NOTE, detail=told)
    return True


def give_up(run: IsolationRun, why: str, *, is_unpaid: bool, cost: Decimal | None = None) -> None:
    """Go on without an evaluation, and say so.

    What surely was not accepted costs nothing; of the rest the price stays reserved, unless Runflow
    names its ``cost``.
    """
    was_counted = run.measures[EVALUATION]["state"] == ASKED
    charged = Decimal(0) if is_unpaid else cost
    unchecked = [*run.measures.get("unchecked", ()), {"what": EVALUATION, "why": why[:200]}]
    run.measures = {**run.measures, "unchecked": unchecked}
    keep(run, cost=cost_with(run, charged) if was_counted else run.cost, state=MISSING)
    run.record(RunEvent.Kind.PROBLEM, detail=f"evaluation: {why}")


def keep(run: IsolationRun, *, cost: Decimal | None = None, **changes: Any) -> None:
    """Write down how the evaluation stands. Raises LeaseLost."""
    kept = {**run.measures[EVALUATION], **changes}
    run.update_fields(
        measures={**run.measures, EVALUATION: kept}, cost=run.cost if cost is None else cost
    )


def cost_with(run: IsolationRun, charged: Decimal | None) -> Decimal | None:
    """The run's cost with what was ``charged`` for the evaluation in place of what is reserved."""
    return run.cost if charged is None else plus(run.cost, charged - reserved(run))


def plus(cost: Decimal | None, more: Decimal) -> Decimal | None:
    """A cost with ``more`` on it, as far as the column reaches; one that is not known stays so: all
    of the price is reserved."""
    return None if cost is None else min(cost + more, MAX_COST)


def reserved(run: IsolationRun) -> Decimal:
    return run.batch.evaluation_price or Decimal(0)


def ends(run: IsolationRun) -> datetime:
    return datetime.fromisoformat(run.measures[EVALUATION]["since"]) + LIMIT


def is_late(run: IsolationRun) -> bool:
    return clock.now() >= ends(run)
