"""The queue of results that wait for a person: look, compare, approve, reject, have redone.

A GET changes nothing. What a decision does stands in the admin's table of decisions.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.host.access.sites import find_model, frame_of, home_for
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.models.querysets import RunQuerySet

from . import permissions, visibility
from .decisions import DECISIONS, Decision, decide
from .run_cards import Card, cards

PER_PAGE = 24
OTHER_FIELDS = 5  # what a page posts beside
OFFERED = ("approve", "reject", "redo")
TICKED = "ticked"


@dataclass(frozen=True)
class Queue:
    """What waits for the user, and which part of it they want to see."""

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
            if permissions.may_change_model(request, label)
        }
        try:
            batch = uuid.UUID(request.GET["batch"]) if request.GET.get("batch") else None
        except ValueError as error:
            raise BadRequest("No batch has such an id.") from error
        return cls(request, labels, batch, request.GET.get("model", ""))

    def runs(self) -> RunQuerySet:
        """Newest batch first."""
        found = waiting(self.request).filter(batch__model_label__in=self.labels)
        if self.batch:
            found = found.filter(batch=self.batch)
        if self.label:
            found = found.filter(batch__model_label=self.label)
        found = found.select_related("batch__created_by")
        return found.order_by("-batch__created_at", "batch", "label", "pk")

    def chosen_batch(self) -> IsolationBatch | None:
        """The batch that was asked for; None where the person may see nothing of it."""
        if self.batch is None:
            return None
        found = visibility.narrow(self.request, IsolationRun.objects.filter(batch=self.batch))
        run = found.select_related("batch__created_by").order_by().first()
        return run.batch if run else None

    def address(self, **changes: str) -> str:
        """This page with other filters."""
        values = {"batch": str(self.batch or ""), "model": self.label, **changes}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{reverse('product_isolation:review')}{'?' if query else ''}{query}"

    def filters(self) -> list[tuple[str, str, bool]]:
        """Name, address and whether it is chosen, for each kind of image that waits."""
        if len(self.labels) < 2 and not self.label:
            return []
        everything = (_("All kinds"), self.address(model=""), not self.label)
        return [everything] + [
            (f"{name_of(label)} ({count})", self.address(model=label), label == self.label)
            for label, count in sorted(self.labels.items())
        ]


def waiting(request: HttpRequest) -> RunQuerySet:
    """What waits, of the images that lists show to the person."""
    return visibility.narrow(request, IsolationRun.objects.filter(status=Status.READY, review=True))


def name_of(label: str) -> str:
    """What the shop calls images of that model."""
    model = find_model(label)
    return str(capfirst(model._meta.verbose_name_plural)) if model else label


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest) -> HttpResponseBase:
    """Draw one page of the queue; a POST decides about one of its results, or all ticked."""
    if away := permissions.turned_away(request, permissions.REVIEW):
        return away
    if request.method == "POST":
        decision, runs = read_decision(request)
        if not runs:
            messages.warning(request, _("Tick a result that still waits, then decide."))
        onward = decide(request, decision, runs)
        return HttpResponseRedirect(onward or request.get_full_path())
    return draw(request, Queue.of(request))


def read_decision(request: HttpRequest) -> tuple[Decision, list[IsolationRun]]:
    """The decision in a POST, ``name:run`` or ``name:ticked``, and the runs that it is about.

    A run that is gone meanwhile, or whose image the person may not see, is left out.
    """
    name, _colon, which = request.POST.get("decide", "").partition(":")
    if name not in OFFERED:
        raise BadRequest("Unknown decision.")
    ids = request.POST.getlist("run") if which == TICKED else [which]
    try:
        pks = [uuid.UUID(text) for text in ids[: per_page()]]
    except ValueError as error:
        raise BadRequest("Unknown run.") from error
    runs = IsolationRun.objects.select_related("batch__created_by").filter(pk__in=pks)
    found = list(runs.order_by("label", "pk"))
    seen = visibility.seen(request, found)
    return DECISIONS[name], [run for run in found if run.pk in seen]


def per_page() -> int:
    """How many results stand on a page: as many as can be posted, each with a tick and a note."""
    most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    return PER_PAGE if most is None else max(1, min(PER_PAGE, (most - OTHER_FIELDS) // 2))


def draw(request: HttpRequest, queue: Queue) -> TemplateResponse:
    """One page of the queue, in the same few queries whatever its length."""
    page = Paginator(queue.runs(), per_page()).get_page(request.GET.get("page"))
    runs = list(page.object_list)
    home = home_for(request, runs[0].batch.model_label if runs else "")
    drawn = cards(request, runs, home)
    context = {
        **frame_of(home, request),
        "title": _("Review results"),
        "queue": queue,
        "batch": queue.chosen_batch(),
        "page": page,
        "batches": by_batch(drawn),
        "changeable": {card.run.pk for card in drawn if card.is_changeable},
        "bulk": [DECISIONS[name] for name in OFFERED if DECISIONS[name].is_open_to(request)],
        "tick_all": request.GET.get("tick") == "all",
        "may_watch": permissions.may_watch(request),
        "is_sandbox": get_settings().is_sandbox,
    }
    return TemplateResponse(request, "product_isolation/review.html", context)


def by_batch(drawn: Sequence[Card]) -> list[tuple[IsolationBatch, list[Card]]]:
    """The cards under the batch that they belong to."""
    groups: dict[uuid.UUID, list[Card]] = {}
    for card in drawn:
        groups.setdefault(card.run.batch_id, []).append(card)
    return [(group[0].run.batch, group) for group in groups.values()]
