"""What people decide about runs, in one table: permissions, when it applies, what it does, words.

Used by the run's page, the batch page, the review queue and the actions of the run list alike;
``deciding`` carries them out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from django_product_isolation import workflow
from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow.evaluation_findings import is_pending
from django_product_isolation.workflow.review import STOPPABLE

from . import formatting, permissions, reorder

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One thing that people may decide about a run.

    Either ``carry_out`` changes each run by itself, or ``together`` all of them in a few queries,
    or ``order`` has their images isolated again and returns the address of the page to go on with.
    """

    name: str
    label: "_StrPromise"
    permissions: tuple[str, ...]  # all of them are needed
    applies: Callable[[IsolationRun], bool]
    otherwise: Reason  # what is said of a run to which it does not apply
    carry_out: Callable[..., bool] | None = None  # False where the run has moved on
    together: Callable[..., workflow.Restoration] | None = None  # says itself which it left alone
    order: Callable[[HttpRequest, Sequence[IsolationRun], reorder.Notes], str] | None = None
    done: "_StrPromise | str" = ""  # with %(count)d
    goes_on: bool = False  # the run has further steps afterwards
    takes_note: bool = False
    is_priced: bool = False

    @property
    def codename(self) -> str:
        """The first permission's name within our app."""
        return self.permissions[0].rpartition(".")[2]

    @property
    def is_watched(self) -> bool:
        """Whether what follows is seen on a page that keeps itself up to date."""
        return self.goes_on or self.together is not None

    @property
    def leaves(self) -> bool:
        """Whether another page follows."""
        return self.order is not None

    def is_open_to(self, request: HttpRequest) -> bool:
        """Whether the user has the permissions; about which runs is another question."""
        return all(
            permissions.has_any_permission(request, permission) for permission in self.permissions
        )

    def label_for(self, count: int, found: int = 0) -> str:
        """The button's text for ``count`` runs, ``found`` with findings, and what it costs."""
        if found == count:
            text = _("%(decision)s: %(count)d, all with findings")
            return text % {"decision": self.label, "count": count}
        if found:
            text = ngettext(
                "%(decision)s: %(count)d, of which %(found)d has findings",
                "%(decision)s: %(count)d, of which %(found)d have findings",
                found,
            )
            return text % {"decision": self.label, "count": count, "found": found}
        if not self.is_priced:
            return _("%(decision)s: %(count)d") % {"decision": self.label, "count": count}
        total = formatting.money(get_settings().unit_price * count)
        several = _("Try %(count)d again for %(total)s")
        text = _("Try again for %(total)s") if count == 1 else several
        return text % {"count": count, "total": total}

    @property
    def button(self) -> str:
        """The button's text for one run."""
        return self.label_for(1) if self.is_priced else str(self.label)


def waits_for_review(run: IsolationRun) -> bool:
    return run.status == Status.READY and run.review


def is_without_findings(run: IsolationRun) -> bool:
    """Whether the result waits though nothing about it is unusual, or found by today's rules."""
    return came_without_findings(run) and not has_findings(run)


def came_without_findings(run: IsolationRun) -> bool:
    """``is_without_findings`` as far as columns tell, without asking the rules."""
    is_unremarkable = run.doubt == 0 and not run.reason and not is_pending(run)
    return waits_for_review(run) and is_unremarkable


def has_findings(run: IsolationRun) -> bool:
    """Whether something was found in the result, when it came or by today's rules."""
    return bool(run.doubt) or bool(workflow.findings_of(run))


RESTORING = ngettext_lazy(
    "%(count)d original is being restored.", "%(count)d originals are being restored.", "count"
)

# Follows the colon of a decision about all results without findings that its button counted.
WITHOUT_FINDINGS = "without-findings"

DECISIONS = {
    decision.name: decision
    for decision in (
        Decision(
            name="approve",
            label=gettext_lazy("Approve"),
            permissions=(permissions.REVIEW,),
            applies=waits_for_review,
            otherwise=Reason.NOT_WAITING,
            carry_out=workflow.approve,
            done=ngettext_lazy(
                "%(count)d result approved.", "%(count)d results approved.", "count"
            ),
            goes_on=True,
        ),
        Decision(
            name="reject",
            label=gettext_lazy("Reject"),
            permissions=(permissions.REVIEW,),
            applies=lambda run: run.status == Status.READY,
            otherwise=Reason.NOT_WAITING,
            carry_out=workflow.reject,
            done=ngettext_lazy(
                "%(count)d result rejected.", "%(count)d results rejected.", "count"
            ),
            takes_note=True,
        ),
        Decision(
            name="redo",
            label=gettext_lazy("Redo"),
            # Ordering it turns the present result down.
            permissions=(permissions.ISOLATE, permissions.REVIEW),
            applies=waits_for_review,
            otherwise=Reason.NOT_WAITING,
            order=reorder.redo,
            takes_note=True,
        ),
        Decision(
            name="resume",
            label=gettext_lazy("Resume"),
            permissions=(permissions.ISOLATE,),
            applies=lambda run: run.status == Status.HELD,
            otherwise=Reason.NOT_HELD,
            carry_out=workflow.resume,
            done=ngettext_lazy("%(count)d run resumed.", "%(count)d runs resumed.", "count"),
            goes_on=True,
        ),
        Decision(
            name="retry",
            label=gettext_lazy("Try again"),
            permissions=(permissions.ISOLATE,),
            applies=reorder.may_be_tried_again,
            otherwise=Reason.NOT_FAILED,
            order=reorder.retry,
            goes_on=True,
            is_priced=True,
        ),
        Decision(
            name="change",
            label=gettext_lazy("Redo with changes"),
            permissions=(permissions.ISOLATE,),
            applies=reorder.has_ended_unused,
            otherwise=Reason.NOT_UNUSED,
            order=reorder.redo,
            takes_note=True,
        ),
        Decision(
            name="restore",
            label=gettext_lazy("Restore original"),
            permissions=(permissions.RESTORE,),
            applies=lambda run: run.status == Status.APPLIED,
            otherwise=Reason.NOTHING_TO_RESTORE,
            together=workflow.restore_runs,
            done=RESTORING,
        ),
        Decision(
            name="keep",
            label=gettext_lazy("Stop restoring"),
            permissions=(permissions.RESTORE,),
            applies=lambda run: run.status == Status.RESTORING,
            otherwise=Reason.NOT_RESTORING,
            carry_out=workflow.stop_restoring,
            done=ngettext_lazy("%(count)d result is kept.", "%(count)d results are kept.", "count"),
        ),
        Decision(
            name="stop",
            label=gettext_lazy("Stop waiting"),
            permissions=(permissions.ISOLATE,),
            applies=lambda run: run.status in STOPPABLE,
            otherwise=Reason.NOT_STOPPABLE,
            carry_out=workflow.stop,
            done=ngettext_lazy("%(count)d run stopped.", "%(count)d runs stopped.", "count"),
        ),
    )
}


def open_to(request: HttpRequest) -> list[Decision]:
    """What the user may decide about runs of images that they may change."""
    return [decision for decision in DECISIONS.values() if decision.is_open_to(request)]
