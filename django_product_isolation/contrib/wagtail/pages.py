"""Runs in Wagtail's admin: the list, and the page of one. What may be decided is on its card."""

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from django_product_isolation.admin.search import names_searched_since, of_exactly, started_since
from django_product_isolation.host.access.sites import frame_of, get_admin_site
from django_product_isolation.models import IsolationRun
from django_product_isolation.staff import permissions, visibility
from django_product_isolation.staff.decorators import staff_page
from django_product_isolation.staff.event_words import detail_of
from django_product_isolation.staff.restore import find_run
from django_product_isolation.staff.run_cards import cards, charged, state, state_of

PER_PAGE = 50


def run_pages() -> list[URLPattern]:
    """Beside our other pages, see ``staff.urls``."""
    return [
        path("runs/", runs, name="runs"),
        path("runs/<uuid:pk>/", run_page, name="run"),
    ]


@staff_page(permissions.ISOLATE, permissions.VIEW)
def runs(request: HttpRequest) -> HttpResponseBase:
    """The runs of images that the user may see, newest first; ``q`` finds some of them."""
    sought = request.GET.get("q", "").strip()
    page = Paginator(found_runs(request, sought), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **frame_of(get_admin_site(request), request),
        "title": capfirst(_("runs")),
        "page": page,
        "sought": sought,
        "rows": [(run, state_of(run)) for run in page.object_list],
    }
    return TemplateResponse(request, "admin/product_isolation/wagtail/runs.html", context)


def found_runs(request: HttpRequest, sought: str) -> "QuerySet[IsolationRun]":
    every: QuerySet[IsolationRun] = visibility.narrow(request, IsolationRun.objects.all())
    if sought:
        exactly = of_exactly(every, sought)
        since = names_searched_since(request)
        recent = every.filter(started_since(since)) if since else every
        every = recent.filter(label__icontains=sought) if exactly is None else exactly
    return every.select_related("batch__created_by").order_by("-batch__created_at", "-pk")


@staff_page(permissions.ISOLATE, permissions.VIEW, find=find_run)
def run_page(request: HttpRequest, run: IsolationRun) -> HttpResponseBase:
    """One run: its pictures, its settings, and what happened to it."""
    if not visibility.is_seen(request, run):
        raise Http404
    (card,) = cards(request, [run])
    events = run.events.select_related("actor").order_by("at", "pk")
    context = {
        **frame_of(get_admin_site(request), request),
        "title": run.label,
        "card": card,
        "charged": charged(run),
        "events": [
            (event, state(event.status, event.reason) if event.status else "", detail_of(event))
            for event in events
        ],
    }
    return TemplateResponse(request, "admin/product_isolation/wagtail/run.html", context)
