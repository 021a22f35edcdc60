"""Decisions carried out, and what the person is told of it."""

import uuid
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_product_isolation import workflow
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason, listed
from django_product_isolation.workflow.review import approved_by_others

from . import reorder, visibility
from .addresses import page_url
from .decisions import DECISIONS, RESTORING, Decision
from .earlier_results import on_earlier_results
from .left_out import warn_about

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Pages that show by themselves how the runs on them fare.
WATCHED_ON = ("progress", "restores")


def keys_posted(request: HttpRequest) -> list[str]:
    """The keys of the results that the button for those without findings counted."""
    return request.POST.get("without_findings", "").split()


def read_decision(
    request: HttpRequest, offered: Collection[str] = DECISIONS.keys()
) -> tuple[Decision, str]:
    """The decision in ``decide`` of a POST, such as ``approve:`` and keys, and what follows the
    colon.

    Raises BadRequest for one that is not among ``offered``.
    """
    name, _colon, about = request.POST.get("decide", "").partition(":")
    if name not in offered:
        raise BadRequest("Unknown decision.")
    return DECISIONS[name], about


def decide(request: HttpRequest, decision: Decision, runs: Sequence[IsolationRun]) -> str:
    """Carry the decision out for each of ``runs`` and tell the user what came of it.

    Notes stand in the POST as ``note-`` and the run's key. Returns the address of the page to go
    on with, "" for the one that the user is on.
    Raises PermissionDenied when the user may not decide this about any of them.
    """
    if not decision.is_open_to(request):
        raise PermissionDenied
    changeable = visibility.changeable(request, runs)
    if runs and not changeable:
        raise PermissionDenied
    allowed = [run for run in runs if run.pk in changeable]
    left = [(run.label, Reason.NOT_ALLOWED) for run in runs if run.pk not in changeable]
    if decision.together:
        outcome = decision.together(allowed, user=request.user)
        report_restoring(request, outcome, left)
        return ""
    waiting = [run for run in allowed if decision.applies(run)]
    notes = reorder.notes_of(request, waiting) if decision.takes_note else {}
    done: set[uuid.UUID] = set()
    if decision.carry_out:
        for run in waiting:
            note = {"note": notes[run.pk]} if run.pk in notes else {}
            if decision.carry_out(run, user=request.user, **note):
                done.add(run.pk)
    elif decision.order:
        done = {run.pk for run in waiting}
    left += left_alone(request, decision, [run for run in allowed if run.pk not in done])
    report(request, decision.done, len(done) if decision.done else 0, left)
    return decision.order(request, waiting, notes) if decision.order and waiting else ""


def left_alone(
    request: HttpRequest, decision: Decision, runs: Sequence[IsolationRun]
) -> list[tuple[str, Reason]]:
    """Why the decision was not carried out about these."""
    approved = approved_by_others(runs, request.user) if decision.name == "reject" else ()
    return [
        (run.label, Reason.APPROVED_MEANWHILE if run.pk in approved else why_not(decision, run))
        for run in runs
    ]


def why_not(decision: Decision, run: IsolationRun) -> Reason:
    """Somebody else was faster, or what is decided never applied to the run."""
    if decision.is_priced and run.reason in reorder.NEEDS_UPLOAD:
        return Reason(run.reason)
    return Reason.MOVED_ON if decision.applies(run) else decision.otherwise


def report_restoring(
    request: HttpRequest,
    outcome: workflow.Restoration,
    left: Sequence[tuple[str, Reason]] = (),
) -> None:
    """Say how many originals are being restored, with a link to where that is watched; and what
    was left alone, with that in ``left``."""
    if outcome.begun:
        text = RESTORING % {"count": len(outcome.begun)}
        url = page_url(request, "restores", outcome.at.isoformat())
        is_there = request.resolver_match and request.resolver_match.url_name in WATCHED_ON
        html = "{}" if is_there else '{} <a href="{}">{}</a>'
        messages.success(request, format_html(html, text, url, _("View progress")))
    tell_earlier_results(request, outcome.begun)
    report(request, "", 0, [*left, *outcome.skipped])


def tell_earlier_results(request: HttpRequest, begun: Sequence[IsolationRun]) -> None:
    """Say of which images restoring does not show the photo yet."""
    earlier = on_earlier_results(begun)
    names = [run.label for run in begun if run.pk in earlier]
    if names:
        text = ngettext(
            "%(names)s was isolated more than once: the earlier result is shown again. Restore "
            "once more to get back to the photo.",
            "%(names)s were isolated more than once: the earlier results are shown again. Restore "
            "once more to get back to the photos.",
            len(names),
        )
        messages.warning(request, text % {"names": listed(names)})


def report(
    request: HttpRequest,
    done: "_StrPromise | str",
    count: int,
    left: Sequence[tuple[str, Reason]],
) -> None:
    """Messages: ``done`` filled in with ``count``, unless that is 0, and one for each reason why
    images were left alone."""
    if count:
        messages.success(request, str(done % {"count": count}))
    warn_about(request, left)
