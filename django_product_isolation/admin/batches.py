"""The record of batches: a read-only list that leads to the batch page."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationBatch, IsolationRun

from . import wording
from .readonly import ReadOnly

if TYPE_CHECKING:
    BatchModelAdmin = admin.ModelAdmin[IsolationBatch]
else:
    BatchModelAdmin = admin.ModelAdmin


def count_of_runs(condition: Q | None = None) -> Subquery:
    """How many runs a batch has; counted for the listed batches only, not for all there are."""
    runs = IsolationRun.objects.filter(condition or Q(), batch=OuterRef("pk")).order_by()
    return Subquery(runs.values("batch").annotate(count=Count("pk")).values("count"))


@admin.register(IsolationBatch)
class BatchAdmin(ReadOnly, BatchModelAdmin):
    """The clicks that spent money, newest first."""

    list_display = ("created_at", "created_by", "images", "applied", "open", "settings", "at_most")
    list_filter = ("created_at",)
    list_select_related = ("created_by",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[IsolationBatch]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                run_count=count_of_runs(),
                open_count=count_of_runs(Q(status__in=OPEN_STATUSES)),
                applied_count=count_of_runs(Q(status=Status.APPLIED)),
            )
        )

    @admin.display(description=_("images"))
    def images(self, batch: Any) -> int:
        return batch.run_count or 0

    @admin.display(description=_("applied"))
    def applied(self, batch: Any) -> int:
        return batch.applied_count or 0

    @admin.display(description=_("still open"))
    def open(self, batch: Any) -> int:
        return batch.open_count or 0

    @admin.display(description=_("asked for"))
    def settings(self, batch: IsolationBatch) -> str:
        return f"{batch.aspect_ratio}, {batch.resolution}"

    @admin.display(description=_("costs at most"))
    def at_most(self, batch: Any) -> str:
        return wording.money(batch.unit_price * (batch.run_count or 0))

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
        return HttpResponseRedirect(reverse("product_isolation:progress", args=[batch.pk]))
