"""The filter of the run list by what was found in a result."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_product_isolation.models import IsolationRun, RunFinding
from django_product_isolation.staff.finding_counts import PARAMETER, counted, title_of, visible

from .search import FEW

if TYPE_CHECKING:
    RunModelAdmin = admin.ModelAdmin[IsolationRun]
else:
    RunModelAdmin = admin.ModelAdmin

# Beside these nothing narrows the list, so that the counts are those of the list.
NO_FILTERS = {PARAMETER, "p", "o"}


class FindingFilter(admin.SimpleListFilter):
    """One choice for each finding that there is, with a count while nothing else is chosen."""

    title = _("finding")
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: "RunModelAdmin") -> list[tuple[str, str]]:
        counts = counted(visible(request))
        is_alone = not set(request.GET) - NO_FILTERS
        return [
            (name, f"{title_of(name)} ({count})" if is_alone else title_of(name))
            for name, count in counts.items()
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The runs with that finding: by key where they are few; else the list ends early."""
        finding = self.value()
        if not finding:
            return queryset
        keys = queryset.filter(found__finding=finding).order_by().values_list("pk", flat=True)
        few = list(keys[: FEW + 1])
        if len(few) <= FEW:
            return queryset.filter(pk__in=few)
        found = RunFinding.objects.filter(run=OuterRef("pk"), finding=finding)
        return queryset.filter(Exists(found))
