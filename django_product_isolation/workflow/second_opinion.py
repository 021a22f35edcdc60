"""A second opinion on a stored result: Runflow's evaluation of it, where the shop pays for one.

Asked for with one Idempotency-Key for each run, so that asking again is not paid again. What it
says, or that it said nothing, is kept with the measures and judged like these; no result waits for
it longer than ``LIMIT``.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django_product_isolation.conf import DOUBTFUL, get_settings
from django_product_isolation.database import clock
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import (
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

from .opinions import (
    ASKED,
    MISSING,
    NOT_PASSED,
    OPEN,
    OPINION,
    PASSED,
    SECOND_OPINION,
    STRENGTH,
    WANTED,
)
from .outcomes import Outcome, Pause, ToReview
from .publish import apply
from .runflow_outages import connect_for
from .timing import backoff, seconds_from_now
from .verdicts import findings_of, with_findings

LIMIT = timedelta(minutes=15)  # by vendors' words an evaluation takes up to four
PAUSE = 10.0  # seconds between looks


def wanted(run: IsolationRun, reason: str, review: bool) -> dict[str, Any]:
    """What to add to the measures of a result that is being stored: {} where nobody asks.

    It was ordered with the batch, and is still set.
    """
    how = get_settings().EVALUATE
    is_wanted = how is True or (how == DOUBTFUL and reason == Reason.DOUBTFUL)
    if not is_wanted or run.batch.evaluation_price is None:
        return {}
    return {OPINION: {"state": WANTED, "waits": review}}


def opinion_or_apply(run: IsolationRun) -> Outcome:
    """ready -> applied, or on to a person's review; before that, the second opinion."""
    opinion = run.measures.get(OPINION, {})
    # What a person has approved meanwhile waits for nobody.
    is_approved = opinion.get("waits") and not run.review
    if opinion.get("state") in OPEN and not is_approved:
        waiting = ask(run, opinion)
        if waiting is not None:
            return waiting
    return ToReview() if run.review else apply(run)


def ask(run: IsolationRun, opinion: Mapping[str, Any]) -> Outcome | None:
    """Take the opinion one step further. None when it is there, or is not waited for any more."""
    # Only of the very first request it is known that none before it was accepted.
    is_first = opinion["state"] == WANTED
    try:
        evaluation = look(run, opinion, connect_for(run))
    except RunflowError as error:
        is_refused = isinstance(error, Refused) and not isinstance(error, RateLimited | Conflict)
        if is_refused or is_late(run):
            give_up(run, str(error), is_unpaid=is_first and error.not_accepted)
            return None
        pause = seconds_from_now(error.retry_after or 0)
        return Pause(min(max(backoff(run.attempts), pause), ends(run)))
    if evaluation is None or evaluation.state == EvaluationState.FAILED:
        give_up(run, "failed", is_unpaid=False)
        return None
    if evaluation.state == EvaluationState.COMPLETED:
        conclude(run, evaluation)
        return None
    if is_late(run):
        give_up(run, "too slow", is_unpaid=False)
        return None
    if opinion.get("id") != evaluation.id:
        keep(run, id=evaluation.id)
    return Pause(min(seconds_from_now(PAUSE), ends(run)))


def look(run: IsolationRun, opinion: Mapping[str, Any], client: RunflowClient) -> Evaluation | None:
    """Runflow's record of the evaluation, which is asked for where it has no id yet.

    None when Runflow has no result to look at any more. Raises RunflowError.
    """
    if opinion.get("id"):
        return client.get_evaluation(opinion["id"])
    known = client.get_run(run.runflow_run_id or "")
    if known.status != RunState.SUCCEEDED or not known.output_urls:
        return None
    if opinion["state"] == WANTED:
        # Recorded first, and counted: from here on it may be paid for.
        keep(run, cost=plus(run.cost, run.batch.evaluation_price), state=ASKED)
    # Links are signed anew, so that a request sent again is not byte for byte the one before, and
    # the key alone need not find what came of that.
    elif found := client.find_evaluation(known.id, reference(run)):
        return found
    return client.evaluate(request_for(run, known))


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
    """Keep the verdict, and what it cost; where it is bad, have a person look."""
    cost = run.cost
    if evaluation.cost is not None:
        cost = plus(cost, evaluation.cost - reserved(run))
    if evaluation.passed is None:
        give_up(run, "no verdict", is_unpaid=False)
        return
    state = PASSED if evaluation.passed else NOT_PASSED
    keep(run, cost=cost, state=state, issues=list(evaluation.issues), id=evaluation.id)
    run.record(RunEvent.Kind.NOTE, detail=f"evaluation {evaluation.id}: {state}")
    if not evaluation.passed:
        found = [one for one in findings_of(run) if one.id == SECOND_OPINION]
        with_findings(run, found, partial(hold_back, run))


def hold_back(run: IsolationRun) -> bool:
    """Have a person look. Raises LeaseLost."""
    doubt = max(run.doubt or 0.0, STRENGTH)
    run.update_fields(review=True, reason=run.reason or Reason.DOUBTFUL, doubt=doubt)
    return True


def give_up(run: IsolationRun, why: str, *, is_unpaid: bool) -> None:
    """Go on without an opinion, and say so.

    What surely was not accepted costs nothing; of the rest the price stays reserved.
    """
    is_free = is_unpaid and run.measures[OPINION]["state"] == ASKED
    cost = plus(run.cost, -reserved(run)) if is_free else run.cost
    unchecked = [*run.measures.get("unchecked", ()), {"what": "second opinion", "why": why[:200]}]
    run.measures = {**run.measures, "unchecked": unchecked}
    keep(run, cost=cost, state=MISSING)
    run.record(RunEvent.Kind.PROBLEM, detail=f"evaluation: {why}")


def keep(run: IsolationRun, *, cost: Decimal | None = None, **changes: Any) -> None:
    """Write down how the opinion stands. Raises LeaseLost."""
    opinion = {**run.measures[OPINION], **changes}
    run.update_fields(
        measures={**run.measures, OPINION: opinion}, cost=run.cost if cost is None else cost
    )


def plus(cost: Decimal | None, more: Decimal | None) -> Decimal | None:
    """A cost with ``more`` on it; one that is not known stays so: all of the price is reserved."""
    return None if cost is None else cost + (more or Decimal(0))


def reserved(run: IsolationRun) -> Decimal:
    return run.batch.evaluation_price or Decimal(0)


def ends(run: IsolationRun) -> datetime:
    return run.status_since + LIMIT


def is_late(run: IsolationRun) -> bool:
    return clock.now() >= ends(run)
