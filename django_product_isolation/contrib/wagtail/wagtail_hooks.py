"""What Wagtail's admin shows of isolation: addresses, menu, actions, words of its history.

Wagtail imports this module by its name.
"""

from functools import partial
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLResolver, include, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.log_actions import LogActionRegistry

from . import history

OURS = (
    "isolate_image",
    "review_result",
    "restore_image",
    "view_isolationrun",
    "view_spending",
)

if apps.is_installed("django.contrib.admin") and apps.is_installed("wagtail.images"):
    from wagtail.images import get_image_model_string

    from django_product_isolation.host.access.safe_calls import add_to_page
    from django_product_isolation.staff import permissions
    from django_product_isolation.staff.targets import can_isolate, find_target
    from django_product_isolation.staff.urls import staff_pages

    from .bulk_actions import IsolateBulkAction, RestoreBulkAction
    from .frame import NAMESPACE, page
    from .pages import run_pages

    class IsolationMenuItem(MenuItem):  # type: ignore[misc]
        """A page of ours, for those who have one of the permissions ``needed``."""

        def __init__(self, label: Any, name: str, needed: tuple[str, ...], order: int) -> None:
            super().__init__(label, page(name), name=f"isolation-{name}", order=order)
            self.needed = needed

        def is_shown(self, request: Any) -> bool:
            may = partial(permissions.has_any_permission, request, *self.needed)
            return add_to_page("wagtail_menu", may, False)

    @hooks.register("register_admin_urls")  # type: ignore[untyped-decorator]
    def our_pages() -> list[URLResolver]:
        ours = ([*staff_pages(), *run_pages()], "product_isolation")
        return [path("product-isolation/", include(ours, namespace=NAMESPACE))]

    @hooks.register("register_admin_menu_item")  # type: ignore[untyped-decorator]
    def our_menu() -> SubmenuMenuItem:
        items = [
            IsolationMenuItem(_("Review results"), "review", (permissions.REVIEW,), 10),
            IsolationMenuItem(
                capfirst(_("runs")), "runs", (permissions.ISOLATE, permissions.VIEW), 20
            ),
            IsolationMenuItem(_("Spending"), "spending", (permissions.SPENDING,), 30),
        ]
        menu = Menu(items=items)
        name = "product-isolation"
        return SubmenuMenuItem(
            _("Product isolation"), menu, name=name, icon_name="crosshairs", order=350
        )

    if add_to_page("wagtail_list", partial(can_isolate, get_image_model_string()), True):
        hooks.register("register_bulk_action", IsolateBulkAction)
    if find_target(get_image_model_string()):
        hooks.register("register_bulk_action", RestoreBulkAction)


@hooks.register("register_permissions")  # type: ignore[untyped-decorator]
def our_permissions() -> "QuerySet[Permission]":
    """Those that Wagtail's page for groups offers."""
    return Permission.objects.filter(content_type__app_label="product_isolation", codename__in=OURS)


@hooks.register("register_log_actions")  # type: ignore[untyped-decorator]
def our_actions(registry: LogActionRegistry) -> None:
    history.register_actions(registry)
