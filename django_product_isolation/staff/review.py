"""The review page: results that wait for a person, to be approved, rejected or redone.

A GET changes nothing. What a decision does is in ``decisions``.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, F, FloatField, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.host.access.sites import frame_of, get_admin_site
from django_product_isolation.imaging.verdict import missing_packages
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.models.querysets import RunQuerySet

from . import formatting, permissions, visibility
from .addresses import page_url
from .deciding import decide, keys_posted, read_decision
from .decisions import DECISIONS, WITHOUT_FINDINGS, is_without_findings
from .decorators import staff_page
from .finding_counts import are_compared
from .run_cards import Card, cards
from .selections import read_uuids

PER_PAGE = 24
OTHER_FIELDS = 5  # what a page posts beside
OFFERED = ("approve", "reject", "redo")
TICKED = "ticked"
AT_ONCE = 500  # results that one click approves
# What nobody compared comes after what was found something in, and before what nothing was.
NOT_COMPARED = Value(0.5, output_field=FloatField())


@dataclass(frozen=True)
class Queue:
    """The results that wait for the user, narrowed to one batch or one model if they say so."""

    request: HttpRequest
    labels: dict[str, int]  # models whose images the user may change, and how many wait
    batch: uuid.UUID | None
    label: str

    @classmethod
    def of(cls, request: HttpRequest) -> "Queue":
        """Raises BadRequest for a batch that is no id."""
        counts = waiting(request).values_list("batch__model_label").order_by()
        labels = {
            label: count
            for label, count in counts.annotate(count=Count("pk"))
            if permissions.has_change_permission(request, label)
        }
        batches = read_uuids([request.GET["batch"]] if request.GET.get("batch") else [])
        return cls(request, labels, next(iter(batches), None), request.GET.get("model", ""))

    def runs(self) -> RunQuerySet:
        """The most doubtful first; of the others the newest batch first."""
        found = waiting(self.request).filter(batch__model_label__in=self.labels)
        if self.batch:
            found = found.filter(batch=self.batch)
        if self.label:
            found = found.filter(batch__model_label=self.label)
        found = found.select_related("batch__created_by")
        doubt = Coalesce(F("doubt"), NOT_COMPARED)
        return found.order_by(doubt.desc(), "-batch__created_at", "batch", "label", "pk")

    def chosen_batch(self) -> IsolationBatch | None:
        """The batch that was asked for; None where the user may see nothing of it."""
        if self.batch is None:
            return None
        found = visibility.narrow(self.request, IsolationRun.objects.filter(batch=self.batch))
        run = found.select_related("batch__created_by").order_by().first()
        return run.batch if run else None

    def address(self, **changes: str) -> str:
        """This page with other filters."""
        values = {"batch": str(self.batch or ""), "model": self.label, **changes}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{page_url(self.request, 'review')}{'?' if query else ''}{query}"

    def filters(self) -> list[tuple[str, str, bool]]:
        """Name, address and whether it is the present one, of each filter by kind of image."""
        if len(self.labels) < 2 and not self.label:
            return []
        everything = (_("All kinds"), self.address(model=""), not self.label)
        return [everything] + [
            (
                f"{formatting.model_name(label)} ({count})",
                self.address(model=label),
                label == self.label,
            )
            for label, count in sorted(self.labels.items())
        ]


def waiting(request: HttpRequest) -> RunQuerySet:
    """The runs that wait for review, of the images that lists show to the user."""
    return visibility.narrow(request, IsolationRun.objects.filter(status=Status.READY, review=True))


@staff_page(permissions.REVIEW)
def review(request: HttpRequest) -> HttpResponseBase:
    """Show one page of the queue; a POST decides about one of its results, all ticked, or all of
    those without findings that its button counted."""
    if request.method != "POST":
        return review_page(request, Queue.of(request))
    decision, about = read_decision(request, OFFERED)
    if about == WITHOUT_FINDINGS:
        named = named_runs(request, keys_posted(request), AT_ONCE)
        runs = [run for run in named if is_without_findings(run)]
    else:
        ids = request.POST.getlist("run") if about == TICKED else [about]
        runs = named_runs(request, ids, per_page())
    if not runs:
        messages.warning(request, _("Select a result that still waits, then decide."))
    return HttpResponseRedirect(decide(request, decision, runs) or request.get_full_path())


def named_runs(request: HttpRequest, ids: Sequence[str], most: int) -> list[IsolationRun]:
    """The runs with the first ``most`` of these ids whose image the user may see."""
    pks = read_uuids(ids[:most])
    runs = IsolationRun.objects.select_related("batch__created_by").filter(pk__in=pks)
    found = list(runs.order_by("label", "pk"))
    seen = visibility.seen(request, found)
    return [run for run in found if run.pk in seen]


def per_page() -> int:
    """How many results stand on a page: as many as can be posted, each with a tick and a note."""
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    return PER_PAGE if most is None else max(1, min(PER_PAGE, (most - OTHER_FIELDS) // 2))


def review_page(request: HttpRequest, queue: Queue) -> TemplateResponse:
    """One page of the queue, in the same few queries whatever its length."""
    page = Paginator(queue.runs(), per_page()).get_page(request.GET.get("page"))
    runs = list(page.object_list)
    site = get_admin_site(request, runs[0].batch.model_label if runs else "")
    page_cards = cards(request, runs, site)
    judges = get_settings().reviews_doubtful
    context = {
        **frame_of(site, request),
        "title": _("Review results"),
        "queue": queue,
        "batch": queue.chosen_batch(),
        "page": page,
        "batches": by_batch(page_cards),
        "changeable": {card.run.pk for card in page_cards if card.is_changeable},
        "bulk": [DECISIONS[name] for name in OFFERED if DECISIONS[name].is_open_to(request)],
        "without_findings": without_findings(request, queue),
        "not_installed": ", ".join(missing_packages()) if judges else "",
        "may_be_marked": judges or any(card.is_marked for card in page_cards),
        "tick_all": request.GET.get("tick") == "all",
        "are_compared": are_compared(),
        "can_view_batches": permissions.has_view_permission(request),
    }
    return TemplateResponse(request, "admin/product_isolation/review.html", context)


def without_findings(request: HttpRequest, queue: Queue) -> list[str]:
    """The keys of the results in the queue that may be approved without a look, as far as one
    click goes."""
    found = queue.runs().filter(doubt=0, reason="").select_related(None).select_related("batch")
    needed = ("object_pk", "status", "review", "doubt", "reason", "measures")
    first = found.only(*needed, "batch__model_label", "batch__created_by")[:AT_ONCE]
    clean = [run for run in first if is_without_findings(run)]
    changeable = visibility.changeable(request, clean)
    return [str(run.pk) for run in clean if run.pk in changeable]


def by_batch(page_cards: Sequence[Card]) -> list[tuple[IsolationBatch | None, list[Card]]]:
    """Those with findings, under None; then each batch with its other cards."""
    groups: dict[uuid.UUID | None, list[Card]] = {}
    for card in page_cards:
        groups.setdefault(None if card.run.doubt else card.run.batch_id, []).append(card)
    return [(group[0].run.batch if key else None, group) for key, group in groups.items()]
