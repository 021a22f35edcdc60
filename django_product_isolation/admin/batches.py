"""The record of batches: a read-only list that leads to the batch page."""

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.staff import formatting, visibility
from django_product_isolation.staff.addresses import page_url
from django_product_isolation.staff.decorators import ReadableAdmin, ReadableList

from .records import BoundedPaginator, ReadOnly

if TYPE_CHECKING:
    BatchModelAdmin = admin.ModelAdmin[IsolationBatch]
else:
    BatchModelAdmin = admin.ModelAdmin


class BatchList(ReadableList):
    """Counts the runs of the batches on the page: one query, and none for those before it."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        counts: dict[Any, Counter[str]] = defaultdict(Counter)
        runs = IsolationRun.objects.filter(batch__in=[batch.pk for batch in self.result_list])
        for pk, status, count, _charged in visibility.narrow(request, runs).charged_by_batch():
            counts[pk][status] = count
        for batch in self.result_list:
            batch.run_counts = counts[batch.pk]


@admin.register(IsolationBatch)
class BatchAdmin(ReadOnly, ReadableAdmin, BatchModelAdmin):
    """The clicks that spent money, newest first."""

    list_display = ("created_at", "created_by", "images", "applied", "open", "settings", "at_most")
    list_filter = ("created_at",)
    list_select_related = ("created_by",)
    change_list_template = "admin/product_isolation/batch_list.html"
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count whole tables
    paginator = BoundedPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[IsolationBatch]:
        """Batches with an image that the user may see."""
        batches = super().get_queryset(request)
        if visibility.knows_shop(request):
            return batches
        runs = visibility.narrow(request, IsolationRun.objects.order_by())
        return batches.filter(pk__in=runs.values("batch_id"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BatchList

    @admin.display(description=_("images"))
    def images(self, batch: Any) -> int:
        return sum(batch.run_counts.values())

    @admin.display(description=_("applied"))
    def applied(self, batch: Any) -> int:
        return int(batch.run_counts[Status.APPLIED])

    @admin.display(description=_("still open"))
    def open(self, batch: Any) -> int:
        return sum(batch.run_counts[status] for status in OPEN_STATUSES)

    @admin.display(description=_("shape and size"))
    def settings(self, batch: IsolationBatch) -> str:
        return f"{batch.aspect_ratio}, {batch.resolution}"

    @admin.display(description=_("maximum cost"))
    def at_most(self, batch: Any) -> str:
        at_most = batch.unit_price * self.images(batch)
        return formatting.cost(at_most, is_sandbox=batch.is_sandbox)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A batch has one page: the one on which it is watched."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        batch = self.get_object(request, unquote(object_id))
        if batch is None:
            raise Http404
        return HttpResponseRedirect(page_url(request, "progress", batch.pk))
