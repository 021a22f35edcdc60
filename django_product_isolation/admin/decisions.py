"""What people decide about runs, in one table: permission, when it applies, what it does, words.

Used by the run's page, the batch page and the actions of the run list alike.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from django_product_isolation import workflow
from django_product_isolation.choices import Status, Workers
from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.targets import StorageFailed
from django_product_isolation.workflow.decide import STOPPABLE

from . import rights, wording
from .sites import find_model

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Under WORKERS = "request" the decision itself takes the next steps, for so long.
SECONDS_FOR_STEPS = 2.0


@dataclass(frozen=True)
class Decision:
    """One thing that people may decide about a run."""

    name: str
    label: "_StrPromise"
    permission: str
    applies: Callable[[IsolationRun], bool]
    carry_out: Callable[..., "bool | Reason"]  # (run, user=...): False or a reason is a no
    done: "_StrPromise"  # with %(count)d
    goes_on: bool = False  # the run has further steps afterwards

    @property
    def codename(self) -> str:
        """The permission's name within our app."""
        return self.permission.rpartition(".")[2]


def put_back(run: IsolationRun, *, user: Any) -> "bool | Reason":
    """Restore one run; returns why it was left alone.

    Raises StorageFailed, or ImproperlyConfigured when the shop no longer names its model.
    """
    if find_model(run.batch.model_label) is None:
        raise ImproperlyConfigured(run.batch.model_label)
    return workflow.restore_run(run, user=user) or True


DECISIONS = {
    decision.name: decision
    for decision in (
        Decision(
            "approve",
            gettext_lazy("Approve"),
            rights.REVIEW,
            lambda run: run.status == Status.READY and run.review,
            workflow.approve,
            ngettext_lazy("%(count)d result approved.", "%(count)d results approved.", "count"),
            goes_on=True,
        ),
        Decision(
            "reject",
            gettext_lazy("Turn down"),
            rights.REVIEW,
            lambda run: run.status == Status.READY,
            workflow.reject,
            ngettext_lazy(
                "%(count)d result turned down.", "%(count)d results turned down.", "count"
            ),
        ),
        Decision(
            "resume",
            gettext_lazy("Resume"),
            rights.ISOLATE,
            lambda run: run.status == Status.HELD,
            workflow.resume,
            ngettext_lazy("%(count)d run resumed.", "%(count)d runs resumed.", "count"),
            goes_on=True,
        ),
        Decision(
            "restore",
            gettext_lazy("Restore original"),
            rights.RESTORE,
            lambda run: run.status == Status.APPLIED,
            put_back,
            ngettext_lazy("%(count)d original restored.", "%(count)d originals restored.", "count"),
        ),
        Decision(
            "stop",
            gettext_lazy("Stop waiting"),
            rights.ISOLATE,
            lambda run: run.status in STOPPABLE,
            workflow.stop,
            ngettext_lazy("%(count)d run stopped.", "%(count)d runs stopped.", "count"),
        ),
    )
}


def open_to(request: HttpRequest, model_label: str) -> list[Decision]:
    """What the user may decide about runs of that model's images."""
    if not rights.may_change_model(request, model_label):
        return []
    return [d for d in DECISIONS.values() if rights.may(request, d.permission)]


def decide(request: HttpRequest, decision: Decision, runs: Sequence[IsolationRun]) -> None:
    """Carry the decision out for each of ``runs`` and tell the user what came of it.

    Raises PermissionDenied when the user may not decide this about any of them.
    """
    if not rights.may(request, decision.permission):
        raise PermissionDenied
    changeable = rights.changeable_pks(request, runs)
    if runs and not changeable:
        raise PermissionDenied
    done: list[IsolationRun] = []
    left: list[str] = []
    for run in runs:
        if run.pk not in changeable:
            left.append(wording.explain(run.label, Reason.NOT_ALLOWED))
        elif problem := carry_out(decision, run, request.user):
            left.append(problem)
        else:
            done.append(run)
    take_steps(done)
    tell(request, decision.done, len(done), left)


def carry_out(decision: Decision, run: IsolationRun, user: Any) -> str:
    """Decide about one run. Returns "" or a sentence that says why nothing was changed."""
    moved_on = _("%(name)s has moved on meanwhile. Look at it again.") % {"name": run.label}
    if not decision.applies(run):
        return moved_on
    try:
        outcome = decision.carry_out(run, user=user)
    except StorageFailed:
        return wording.explain(run.label, Reason.STORAGE_FAILED)
    except ImproperlyConfigured:
        gone = _("%(name)s: the shop no longer names this kind of image. Ask your developer.")
        return gone % {"name": run.label}
    if isinstance(outcome, Reason):
        return wording.explain(run.label, outcome)
    return "" if outcome else moved_on


def take_steps(runs: Iterable[IsolationRun]) -> None:
    """Where no worker does it, take the steps that a decision made due."""
    pks = [run.pk for run in runs]
    if pks and get_settings().WORKERS == Workers.REQUEST:
        # After the commit: a host with ATOMIC_REQUESTS must not hold rows while we wait.
        steps = partial(workflow.advance_for, pks, seconds=SECONDS_FOR_STEPS)
        transaction.on_commit(steps, robust=True)


def tell(request: HttpRequest, done: "_StrPromise", count: int, left: Sequence[str]) -> None:
    """Say how many were dealt with, and name those that were left alone."""
    if count:
        messages.success(request, str(done % {"count": count}))
    for sentence in wording.shorten(left):
        messages.warning(request, sentence)
