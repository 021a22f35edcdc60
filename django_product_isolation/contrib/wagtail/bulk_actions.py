"""What people may do with the images they ticked in Wagtail's list, also after a search."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from wagtail.images.views.bulk_actions.image_bulk_action import ImageBulkAction

from django_product_isolation.host.access import frames, shop_permissions
from django_product_isolation.staff import permissions
from django_product_isolation.staff.deciding import report_restoring
from django_product_isolation.staff.selections import read_pks, select
from django_product_isolation.workflow import restore

from .frame import WAGTAIL


class IsolationBulkAction(ImageBulkAction):  # type: ignore[misc]
    """An action for people with one of our permissions, on images that they may change."""

    permission = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not permissions.has_any_permission(request, self.permission):
            raise PermissionDenied
        frames.enter(request, WAGTAIL)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response

    def ticked(self) -> list[Any]:
        """The keys that were ticked; those of the whole list, or search, for "all"."""
        ids = self.request.GET.getlist("id")
        if "all" in ids:
            ids = self.get_all_objects_in_listing_query(self.request.GET.get("childOf"))
            ids = [getattr(each, "pk", each) for each in ids]  # a search finds rows
        return read_pks(self.model, map(str, ids))

    def changeable(self) -> set[str]:
        return shop_permissions.allowed(self.request, "change", self.model, self.ticked())

    def get_actionable_objects(self) -> tuple[list[Any], dict[str, list[Any]]]:
        """Those that the person may change, and the others; one query each, not one for each."""
        changeable = self.changeable()
        rows = list(self.model._default_manager.filter(pk__in=self.ticked()).order_by("pk"))
        others = [row for row in rows if str(row.pk) not in changeable]
        return [row for row in rows if row not in others], {"items_with_no_access": others}


class IsolateBulkAction(IsolationBulkAction):
    """Leads to the confirm page: that is where people see what it costs, and say yes."""

    display_name = _("Isolate product")
    action_type = "isolate_product"
    aria_label = _("Isolate the product in the selected images")
    action_priority = 40
    permission = permissions.ISOLATE

    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        if not self.changeable():
            raise PermissionDenied
        return select(request, self.model, "", self.ticked(), back=self.next_url)

    post = get


class RestoreBulkAction(IsolationBulkAction):
    """Asks first, as Wagtail's own actions do."""

    display_name = _("Restore original")
    action_type = "restore_original"
    aria_label = _("Restore the originals of the selected images")
    action_priority = 50
    permission = permissions.RESTORE
    template_name = "admin/product_isolation/wagtail/confirm_bulk_restore.html"

    def get_execution_context(self) -> dict[str, Any]:
        return {"request": self.request}

    @classmethod
    def execute_action(
        cls, objects: Sequence[Any], *, request: HttpRequest, **_kwargs: Any
    ) -> tuple[int, int]:
        """Begin restoring; messages say how many, and name those left alone, and why."""
        images = cls.get_default_model()._default_manager.filter(pk__in=[o.pk for o in objects])
        outcome = restore(images, user=request.user)
        report_restoring(request, outcome)
        return len(outcome.begun), 0
