"""The page on which staff watch a batch and decide about its runs.

Looking at it changes nothing. Where steps are taken in this process, it has what is due seen to.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from django_product_isolation import clock, workers
from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.host.access.sites import (
    admin_for,
    changelist_url,
    find_model,
    frame_of,
    home_for,
)
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.workflow import quote_of_runs

from . import formatting, permissions, visibility
from .decisions import DECISIONS, Decision, decide, waits_for_review
from .run_cards import Card, badge, cards

ALL = "all"
# Clocks of several machines differ, and what a transaction wrote is seen when it commits.
MARGIN = timedelta(minutes=1)


@never_cache
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Draw the batch; a POST carries out a decision about one of its runs, or all of them."""
    batch = IsolationBatch.objects.select_related("created_by").filter(pk=pk).first()
    label = batch.model_label if batch else ""
    if away := permissions.turned_away(
        request, permissions.ISOLATE, permissions.VIEW, model_label=label
    ):
        return away
    if batch is None:
        raise Http404
    runs = runs_of(request, batch)
    if request.method == "POST":
        onward = decide(request, *read_decision(request, runs))
        return HttpResponseRedirect(onward or request.get_full_path())
    workers.current().wake()
    return draw(request, batch, runs)


def runs_of(request: HttpRequest, batch: IsolationBatch) -> list[IsolationRun]:
    """The runs of the batch that the person may see. Raises Http404 where they may see none.

    A batch without any run is shown to whoever began it, and to those from whom nothing is hidden.
    """
    runs = list(batch.runs.order_by("label", "pk"))
    shown = visibility.seen(request, runs)
    found = [run for run in runs if run.pk in shown]
    is_theirs = batch.created_by_id == request.user.pk or visibility.knows_shop(request)
    if not found and (runs or not is_theirs):
        raise Http404
    return found


def read_decision(
    request: HttpRequest, runs: Sequence[IsolationRun]
) -> tuple[Decision, list[IsolationRun]]:
    """The decision in a POST, ``name:run`` or ``name:all``, and those of ``runs`` it is about."""
    name, _colon, which = request.POST.get("decide", "").partition(":")
    if name not in DECISIONS:
        raise BadRequest("Unknown decision.")
    decision = DECISIONS[name]
    if which == ALL:
        return decision, [run for run in runs if decision.applies(run)]
    try:
        wanted = uuid.UUID(which)
    except ValueError as error:
        raise BadRequest("Unknown run.") from error
    found = [run for run in runs if run.pk == wanted]
    if not found:
        raise Http404
    return decision, found


def draw(
    request: HttpRequest, batch: IsolationBatch, runs: Sequence[IsolationRun]
) -> TemplateResponse:
    """The page as it is now, in the same few queries for 1 run or 500.

    With ``since`` in the address only what may have changed after that moment is drawn.
    """
    home = home_for(request, batch.model_label)
    context = {
        **frame_of(home, request),
        **live(request, runs, home),
        "title": _("Isolation of %(images)s") % {"images": formatting.images(len(runs))},
        "batch": batch,
        "home": images_home(request, batch, home),
        "to_review": to_review(request, runs),
        "at_most": formatting.money(batch.unit_price * len(runs)),
        "charged": formatting.money(sum((run.cost or Decimal(0) for run in runs), Decimal(0))),
    }
    return TemplateResponse(request, "product_isolation/progress.html", context)


def live(request: HttpRequest, runs: Sequence[IsolationRun], home: AdminSite) -> dict[str, Any]:
    """What any page on which runs are watched shows of them."""
    now = clock.now()
    drawn = cards(request, runs, home)
    return {
        "now": now.isoformat(),
        "cards": changed(drawn, clock.read(request.GET.get("since", ""))),
        "for_all": for_all(drawn),
        "restore_all": together(drawn),
        "badges": badges(runs),
        "count": len(runs),
        "finished": sum(not run.is_open for run in runs),
        "summary": summary(runs),
        "is_live": any(is_moving(run) for run in runs),
        "quote": quote_of_runs(
            card.run for card in drawn if any(decision.is_priced for decision in card.decisions)
        ),
        "is_sandbox": get_settings().is_sandbox,
    }


def changed(drawn: list[Card], since: datetime | None) -> list[Card]:
    """The cards that may look different from what they were at ``since``."""
    return drawn if since is None else [c for c in drawn if may_differ(c, since - MARGIN)]


def may_differ(card: Card, since: datetime) -> bool:
    was_ordered_again = card.newer is not None and card.newer.batch.created_at >= since
    return is_moving(card.run) or card.run.status_since >= since or was_ordered_again


def to_review(request: HttpRequest, runs: Sequence[IsolationRun]) -> int:
    """How many results of the batch the user may go and review."""
    return sum(map(waits_for_review, runs)) if permissions.may(request, permissions.REVIEW) else 0


def images_home(
    request: HttpRequest, batch: IsolationBatch, home: AdminSite
) -> dict[str, Any] | None:
    """Name and address of the image list that staff came from; None when they may not see it."""
    images = admin_for(request, find_model(batch.model_label), home)
    url = changelist_url(images) if images else ""
    return {"name": images.opts.verbose_name_plural, "url": url} if images and url else None


def for_all(drawn: Sequence[Card]) -> list[tuple[Decision, str]]:
    """Decisions that can be made about several runs with one click, and their buttons' words."""
    return [(one, words) for one, words in about_several(drawn) if one.goes_on]


def together(drawn: Sequence[Card]) -> list[tuple[Decision, str]]:
    """Those that undo what the batch was for: they stand apart, and not open to a slip."""
    return [(one, words) for one, words in about_several(drawn) if one.together]


def about_several(drawn: Sequence[Card]) -> list[tuple[Decision, str]]:
    counts = Counter(decision.name for card in drawn for decision in card.decisions)
    return [
        (decision, decision.label_for(counts[name]))
        for name, decision in DECISIONS.items()
        if counts[name] > 1
    ]


def badges(runs: Sequence[IsolationRun]) -> list[str]:
    """How many runs have each status, in the order in which a run goes through them."""
    counts = Counter(run.status for run in runs)
    return [
        badge(status, f"{status.label}: {counts[status]}") for status in Status if counts[status]
    ]


def waits_for_a_person(run: IsolationRun) -> bool:
    return run.status == Status.HELD or waits_for_review(run)


def is_moving(run: IsolationRun) -> bool:
    """Whether the run can change without anybody deciding something."""
    is_swapped = run.status in (Status.APPLIED, Status.RESTORED)
    is_being_checked = is_swapped and run.due_at is not None
    return is_being_checked or (run.is_open and not waits_for_a_person(run))


def summary(runs: Sequence[IsolationRun]) -> str:
    """How far the batch is, for those who listen rather than look."""
    finished, waiting = sum(not run.is_open for run in runs), sum(map(waits_for_a_person, runs))
    counts = {"finished": finished, "count": len(runs), "waiting": waiting}
    text = ngettext(
        "%(finished)d of %(count)d image is finished.",
        "%(finished)d of %(count)d images are finished.",
        len(runs),
    )
    if waiting:
        text += " " + ngettext(
            "%(waiting)d waits for a person.", "%(waiting)d wait for a person.", waiting
        )
    return text % counts
