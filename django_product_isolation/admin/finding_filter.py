"""The filter of the run list by what was found in a result."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_product_isolation.models import IsolationRun, RunFinding
from django_product_isolation.staff.finding_counts import PARAMETER, counted, title_of, visible

if TYPE_CHECKING:
    RunModelAdmin = admin.ModelAdmin[IsolationRun]
else:
    RunModelAdmin = admin.ModelAdmin

# So many runs are named one by one, which no database finds hard whatever else is asked.
FEW = 5000
# Beside these nothing narrows the list.
NO_FILTERS = {PARAMETER, "p", "o"}


def is_alone(request: HttpRequest) -> bool:
    """Whether nothing but a finding narrows the list."""
    return not set(request.GET) - NO_FILTERS


def known_count(request: HttpRequest, most: int) -> int | None:
    """How many runs are in the list, up to ``most``, where a finding alone narrows it; else None.

    The list itself, which has no index for both finding and date, counts by looking at each run.
    """
    finding = request.GET.get(PARAMETER)
    if not finding or not is_alone(request):
        return None
    return visible(request).filter(finding=finding)[:most].count()


class FindingFilter(admin.SimpleListFilter):
    """One choice for each finding that there is, with a count while nothing else is chosen."""

    title = _("finding")
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: "RunModelAdmin") -> list[tuple[str, str]]:
        counts = counted(visible(request))
        return [
            (name, f"{title_of(name)} ({count})" if is_alone(request) else title_of(name))
            for name, count in counts.items()
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The runs with that finding: by key where they are few; else the list ends early."""
        finding = self.value()
        if not finding:
            return queryset
        found = RunFinding.objects.filter(finding=finding).order_by()
        few = list(found.values_list("run_id", flat=True)[: FEW + 1])
        if len(few) <= FEW:
            return queryset.filter(pk__in=few)
        return queryset.filter(Exists(found.filter(run=OuterRef("pk"))))
