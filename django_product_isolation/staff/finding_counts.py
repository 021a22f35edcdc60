"""How often each finding was made, and what people decided then, in the runs that one may see."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.admin import AdminSite
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from django_product_isolation import site_clock
from django_product_isolation.conf import get_settings
from django_product_isolation.host.access.sites import (
    admin_for,
    changelist_url,
    frame_of,
    get_admin_site,
)
from django_product_isolation.imaging.verdict import missing_packages, titles
from django_product_isolation.models import IsolationRun, RunFinding

from . import permissions, visibility
from .decorators import staff_page

RECENT = timedelta(days=90)
PARAMETER = "finding"  # of the filter of the run list
Decision = RunFinding.Decision


@dataclass
class Tally:
    """What became of one finding, in runs."""

    overruled: int = 0
    declined: int = 0
    undecided: int = 0

    @property
    def raised(self) -> int:
        return self.overruled + self.declined + self.undecided

    def add(self, decision: str, count: int) -> None:
        if decision == Decision.OVERRULED:
            self.overruled += count
        elif decision == Decision.DECLINED:
            self.declined += count
        else:
            self.undecided += count


@dataclass(frozen=True)
class Row:
    """A line of the page."""

    title: str
    recent: Tally
    ever: Tally
    url: str


def are_compared() -> bool:
    """Whether the shop has results compared with its photos, or has had; one query at most."""
    return get_settings().reviews_doubtful or RunFinding.objects.order_by().exists()


def visible(request: HttpRequest) -> "QuerySet[RunFinding]":
    """The findings in runs that the user finds in a list."""
    every = IsolationRun.objects.order_by()
    seen = visibility.narrow(request, every)
    found = RunFinding.objects.order_by()
    return found if seen is every else found.filter(run__in=seen)


def counted(found: "QuerySet[RunFinding]") -> dict[str, int]:
    """How many runs have each finding, by its id, in the order of our rules; one query."""
    grouped = found.order_by().values_list("finding")
    counts = dict(grouped.annotate(runs=Count("*")))
    return {name: counts[name] for name in [*titles(), *sorted(counts)] if name in counts}


def title_of(finding: str) -> str:
    """What a finding is called; the id of one that there is no rule for any more."""
    return str(titles().get(finding, finding))


def in_words(detail: str) -> str:
    """Ids of findings, as an event keeps them, by their titles."""
    return ", ".join(title_of(finding) for finding in detail.split(", ") if finding)


def counts_of_batch(
    request: HttpRequest, batch: UUID, runs: Iterable[IsolationRun], site: AdminSite
) -> list[tuple[str, int, str]]:
    """Title, count and address in the run list of each finding in these runs of a batch."""
    judged = [run.pk for run in runs if run.doubt]
    counts = counted(RunFinding.objects.filter(run__in=judged)) if judged else {}
    return [
        (title_of(name), count, list_url(request, site, name, batch__id__exact=str(batch)))
        for name, count in counts.items()
    ]


def list_url(request: HttpRequest, site: AdminSite, finding: str, **more: str) -> str:
    """The run list with that finding only; "" where the user is not shown one."""
    runs = admin_for(request, IsolationRun, site)
    url = changelist_url(runs) if runs else ""
    return f"{url}?{urlencode({PARAMETER: finding, **more})}" if url else ""


@staff_page(permissions.REVIEW, permissions.ISOLATE, permissions.VIEW, methods=["GET", "HEAD"])
def findings(request: HttpRequest) -> HttpResponseBase:
    """Per finding: in how many results, and how many of those were approved all the same."""
    site = get_admin_site(request)
    context = {
        **frame_of(site, request),
        "title": _("Findings"),
        "rows": rows(request, site),
        "days": RECENT.days,
        "is_judging": get_settings().reviews_doubtful,
        "not_installed": ", ".join(missing_packages()),
        "can_review": permissions.has_any_permission(request, permissions.REVIEW),
    }
    return TemplateResponse(request, "admin/product_isolation/finding_counts.html", context)


def rows(request: HttpRequest, site: AdminSite) -> list[Row]:
    """One line for each finding that was made or could be; one query."""
    since = site_clock.now() - RECENT
    counts = {"ever": Count("*"), "recent": Count("found_at", filter=Q(found_at__gte=since))}
    grouped = visible(request).values_list("finding", "decision").annotate(**counts)
    recent: dict[str, Tally] = defaultdict(Tally)
    ever: dict[str, Tally] = defaultdict(Tally)
    found: tuple[Any, ...]
    for found in grouped:
        finding, decision, in_all, lately = found
        ever[finding].add(decision, in_all)
        recent[finding].add(decision, lately)
    names = dict.fromkeys([*titles(), *sorted(ever)])
    return [
        Row(title_of(name), recent[name], ever[name], list_url(request, site, name))
        for name in names
    ]
