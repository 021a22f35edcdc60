"""The page of a batch: how its runs fare, and the decisions about them.

A GET changes nothing, but wakes the thread that takes due steps, where this process has one.
"""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_product_isolation import site_clock, workers
from django_product_isolation.choices import Status
from django_product_isolation.host.access.sites import (
    admin_for,
    changelist_url,
    find_model,
    frame_of,
    get_admin_site,
)
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.workflow import quote_of_runs

from . import formatting, permissions, visibility
from .deciding import decide, keys_posted, read_decision
from .decisions import (
    DECISIONS,
    WITHOUT_FINDINGS,
    Decision,
    came_without_findings,
    has_findings,
    is_without_findings,
    waits_for_review,
)
from .decorators import staff_page
from .finding_counts import counts_of_batch
from .run_cards import Card, cards
from .selections import read_uuids
from .status_counts import (
    DECIDED,
    SINCE,
    address_of,
    chosen_status,
    counts_by_status,
    status_key,
)

STOP = "stop"
PER_PAGE = 500  # cards; what is counted and decided is all of a batch
# Clocks of several machines differ, and what a transaction wrote is seen when it commits.
MARGIN = timedelta(minutes=1)


def find_batch(pk: uuid.UUID) -> tuple[IsolationBatch | None, str]:
    batch = IsolationBatch.objects.select_related("created_by").filter(pk=pk).first()
    return batch, batch.model_label if batch else ""


@staff_page(permissions.ISOLATE, permissions.VIEW, find=find_batch)
def progress(request: HttpRequest, batch: IsolationBatch) -> HttpResponseBase:
    """Show the batch; a POST carries out a decision about one of its runs, or all of them."""
    runs = runs_of(request, batch)
    if request.method == "POST":
        return decide_and_reload(request, runs)
    workers.current().wake()
    return batch_page(request, batch, runs)


def runs_of(request: HttpRequest, batch: IsolationBatch) -> list[IsolationRun]:
    """The runs of the batch that the user may see. Raises Http404 where they may see none.

    A batch without runs is shown to who ordered it, and to those from whom nothing is hidden.
    """
    runs = by_image(batch.runs.order_by("label", "pk"))
    seen = visibility.seen(request, runs)
    found = [run for run in runs if run.pk in seen]
    is_theirs = batch.created_by_id == request.user.pk or visibility.knows_shop(request)
    if not found and (runs or not is_theirs):
        raise Http404
    return found


def by_image(runs: Iterable[IsolationRun]) -> list[IsolationRun]:
    """The runs, those of one name in the order in which their images came to the shop.

    Keys sort as text, by which the tenth image would come before the second.
    """
    ordered = list(runs)
    place = {run.label: n for n, run in reversed(list(enumerate(ordered)))}
    return sorted(ordered, key=lambda run: (place[run.label], len(run.object_pk), run.object_pk))


def decide_and_reload(request: HttpRequest, runs: Sequence[IsolationRun]) -> HttpResponseRedirect:
    """Carry out a posted decision about those of ``runs`` that its button counted, and no others:
    a page may have been opened long ago. After the colon stand their keys, or
    ``without-findings``, by which those that have findings by now are left out too.

    Raises Http404 where no run that was named is among ``runs``, BadRequest where none was named.
    """
    decision, about = read_decision(request)
    if about == WITHOUT_FINDINGS:
        pks = set(read_uuids(keys_posted(request)))
        named = [run for run in runs if run.pk in pks and is_without_findings(run)]
    else:
        pks = set(read_uuids(about.split()))
        named = [run for run in runs if run.pk in pks]
        if not pks:
            raise BadRequest("No run was named.")
        if not named:
            raise Http404
    return HttpResponseRedirect(decide(request, decision, named) or after_decision(request))


def after_decision(request: HttpRequest) -> str:
    """The address of the same page; one that is asked for what changed shows what was decided."""
    address = request.get_full_path()
    return f"{address}&{DECIDED}=1" if SINCE in request.GET else address


def messages_shown(request: HttpRequest) -> dict[str, Any]:
    """What a page's context says of messages: a poll reads none, for nobody would be shown them."""
    is_poll = SINCE in request.GET and DECIDED not in request.GET
    return {"messages": ()} if is_poll else {}


def batch_page(
    request: HttpRequest, batch: IsolationBatch, runs: Sequence[IsolationRun]
) -> TemplateResponse:
    """The page as it is now, in the same few queries for 1 run or 500.

    With ``since`` in the address only the cards that may have changed after that moment.
    """
    site = get_admin_site(request, batch.model_label)
    charged = sum((run.cost or Decimal(0) for run in runs), Decimal(0))
    context = {
        **frame_of(site, request),
        **run_status(request, runs, site),
        "title": _("Isolation of %(images)s") % {"images": formatting.images(len(runs))},
        "batch": batch,
        "image_list": image_list(request, batch, site),
        "to_review": to_review(request, runs),
        "found": counts_of_batch(request, batch.pk, runs, site),
        "at_most": formatting.cost(batch.unit_price * len(runs), is_sandbox=batch.is_sandbox),
        "charged": formatting.cost(charged, is_sandbox=batch.is_sandbox),
        "may_cost": may_cost(batch, runs),
    }
    return TemplateResponse(request, "admin/product_isolation/progress.html", context)


def may_cost(batch: IsolationBatch, runs: Sequence[IsolationRun]) -> bool:
    """Whether some of these runs of the batch may still be charged; one query."""
    open_costs = set(batch.runs.that_may_cost().order_by().values_list("pk", flat=True))
    return bool(batch.unit_price) and any(run.pk in open_costs for run in runs)


def run_status(
    request: HttpRequest, runs: Sequence[IsolationRun], site: AdminSite
) -> dict[str, Any]:
    """The part of a page's context that says how ``runs`` fare, and what may be decided."""
    all_cards = cards(request, runs, site, are_numbered=True)
    since = site_clock.read(request.GET.get(SINCE, ""))
    approvable = [card for card in all_cards if DECISIONS["approve"] in card.decisions]
    found = {card.key for card in approvable if has_findings(card.run)}
    buttons = buttons_for_several(all_cards, {"approve": len(found)})
    chosen = chosen_status(request, runs)
    shown = [card for card in all_cards if chosen in ("", status_key(card.run))]
    page = page_of(request, shown)
    # What has left the chosen status is shown as it is now, until the reader loads the page.
    told = all_cards if since and chosen else page
    return {
        **messages_shown(request),
        "now": site_clock.now().isoformat(),
        "cards": [card for card in told if since is None or may_differ(card, since - MARGIN)],
        "page": page,
        "for_all": [button for button in buttons if button.decision.goes_on],
        # Undoing a whole batch takes two clicks: one slip must not do it.
        "restore_all": [button for button in buttons if button.decision.together],
        "stop_all": [button for button in buttons if button.decision.name == STOP],
        "without_findings": without_findings(approvable, found),
        "counts": counts_by_status(request, runs, chosen),
        "show_all_url": address_of(request, "") if chosen else "",
        "count": len(runs),
        "finished": sum(not run.is_open for run in runs),
        "summary": summary(runs),
        "is_live": any(is_moving(run) for run in runs),
        "quote": quote_of_runs(
            card.run for card in all_cards if any(d.is_priced for d in card.decisions)
        ),
    }


def without_findings(approvable: Sequence[Card], found: Collection[str]) -> list[str]:
    """The keys of the results that the user may approve without a look, ``found`` being those with
    findings; none where that is all there is to approve, which has a button of its own."""
    clean = [card for card in approvable if came_without_findings(card.run)]
    keys = [card.key for card in clean if card.key not in found]
    return keys if len(keys) < len(approvable) else []


def page_of(request: HttpRequest, all_cards: Sequence[Card]) -> "Page[Card]":
    """The cards of the page that the address names, or of the one that has the run it names."""
    number, named = request.GET.get("page"), request.GET.get("run", "")
    if number is None and named:
        places = (place for place, card in enumerate(all_cards) if card.key == named)
        number = str(next(places, 0) // PER_PAGE + 1)
    return Paginator(all_cards, PER_PAGE).get_page(number)


def may_differ(card: Card, since: datetime) -> bool:
    was_ordered_again = card.newer is not None and card.newer.batch.created_at >= since
    return is_moving(card.run) or card.run.status_since >= since or was_ordered_again


def to_review(request: HttpRequest, runs: Sequence[IsolationRun]) -> int:
    """How many results of the batch the user may go and review."""
    may_review = permissions.has_any_permission(request, permissions.REVIEW)
    return sum(map(waits_for_review, runs)) if may_review else 0


def image_list(
    request: HttpRequest, batch: IsolationBatch, site: AdminSite
) -> dict[str, Any] | None:
    """Name and address of the image list that staff came from; None when they may not see it."""
    images = admin_for(request, find_model(batch.model_label), site)
    url = changelist_url(images) if images else ""
    return {"name": images.opts.verbose_name_plural, "url": url} if images and url else None


@dataclass(frozen=True)
class ButtonForSeveral:
    """A decision about several runs, for a template."""

    decision: Decision
    text: str
    keys: list[str]  # of the runs that it counts, and is about

    @property
    def value(self) -> str:
        """What it posts: one field, however many runs there are."""
        return f"{self.decision.name}:{' '.join(self.keys)}"


def buttons_for_several(
    all_cards: Sequence[Card], found: Mapping[str, int]
) -> list[ButtonForSeveral]:
    """Decisions that several of the cards offer, each with its button's text for all of them;
    ``found`` says by a decision's name how many of its results have findings."""
    keys: dict[str, list[str]] = {}
    for card in all_cards:
        for decision in card.decisions:
            keys.setdefault(decision.name, []).append(card.key)
    return [
        ButtonForSeveral(
            decision, decision.label_for(len(keys[name]), found.get(name, 0)), keys[name]
        )
        for name, decision in DECISIONS.items()
        if len(keys.get(name, ())) > 1
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
        "%(finished)d of %(count)d is finished.",
        "%(finished)d of %(count)d are finished.",
        finished,
    )
    if waiting:
        text += " " + ngettext(
            "%(waiting)d needs a decision.", "%(waiting)d need a decision.", waiting
        )
    return text % counts
