"""Wagtail's admin as a frame around our pages, under an address of its own."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.images import get_image_model

from django_product_isolation.host.access import shop_permissions
from django_product_isolation.host.access.frames import Frame
from django_product_isolation.host.access.wagtail import ENTRY
from django_product_isolation.models import IsolationRun
from django_product_isolation.staff import permissions

NAMESPACE = "wagtail_isolation"
RUNS = {"changelist": "runs", "change": "run"}
IMAGES = {"changelist": "index", "change": "edit"}


class WagtailFrame(Frame):
    """Wagtail's menu and colours, for whoever may enter its admin."""

    namespace = NAMESPACE
    template = "admin/product_isolation/wagtail/frame.html"

    def lets_in(self, request: HttpRequest) -> bool:
        # A shop without Django's admin has none of our pages.
        has_perm = getattr(request.user, "has_perm", None)
        return apps.is_installed("django.contrib.admin") and bool(has_perm and has_perm(ENTRY))

    def context(self, request: HttpRequest) -> dict[str, Any]:
        if self.shows(request, IsolationRun):
            return {"frame_crumb": {"url": page("runs"), "label": _("Product isolation")}}
        images = capfirst(get_image_model()._meta.verbose_name_plural)
        return {"frame_crumb": {"url": reverse("wagtailimages:index"), "label": images}}

    def index_url(self) -> str:
        return reverse("wagtailadmin_home")

    def shows(self, request: HttpRequest, model: type[Model]) -> bool:
        if model is IsolationRun:
            return permissions.has_view_permission(request)
        return model is get_image_model() and shop_permissions.may(request, "change", model)

    def url(self, model: type[Model], page: str, *args: str) -> str:
        if model is IsolationRun:
            return reverse(f"product_isolation:{RUNS[page]}", args=args, current_app=NAMESPACE)
        return reverse(f"wagtailimages:{IMAGES[page]}", args=args)


def page(name: str, *args: Any) -> str:
    """The address of a page of ours in Wagtail's admin."""
    return reverse(f"product_isolation:{name}", args=args, current_app=NAMESPACE)


WAGTAIL = WagtailFrame()
