"""The step of a run whose answer was lost: finding out what became of it. Sends nothing."""

from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import LOOKS_APART
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import RunflowError

from .lookup import NEVER_LOOKED, is_asked_in_vain, is_surely_absent, look_up, next_look
from .outcomes import GoTo, Outcome, PutOff, Wait
from .runflow_outages import Service, connect_for
from .submit import UNKNOWN_FATE, accepted
from .timing import seconds_from_now


def confirm(run: IsolationRun) -> Outcome:
    """submitting -> processing | failed: ask Runflow whether the request arrived. Sends nothing."""
    waiting_for = Reason.CONFLICT if is_in_conflict(run) else Reason.UNCONFIRMED
    try:
        found = look_up(run, connect_for(run))
    except RunflowError as error:
        return PutOff(Service.RUNFLOW, error, waiting_for, UNKNOWN_FATE)
    if found.run is not None:
        return accepted(run, found.run)
    if is_surely_absent(run, found) and waiting_for == Reason.UNCONFIRMED:
        due_at = next_look(run)
        return GoTo(Status.FAILED, Reason.NOT_ACCEPTED, due_at=due_at, changes=NEVER_LOOKED)
    if is_asked_in_vain(run):
        return GoTo(Status.HELD, UNKNOWN_FATE)
    waited = clock.now() - run.status_since
    pause = min(max(5.0, waited.total_seconds() / 3), LOOKS_APART.total_seconds() + 1)
    return Wait(seconds_from_now(pause), waiting_for)


def is_in_conflict(run: IsolationRun) -> bool:
    """Whether Runflow has said of our request that it had come before: then it may be there."""
    return run.events.filter(reason=Reason.CONFLICT).exists()
