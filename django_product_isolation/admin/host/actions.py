"""The actions on the host's list of images: "Isolate product" and "Restore original"."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext_lazy

from django_product_isolation.host import Target
from django_product_isolation.reasons import sentence_of
from django_product_isolation.staff import formatting, permissions
from django_product_isolation.staff.decisions import report_restoring
from django_product_isolation.staff.selections import select
from django_product_isolation.workflow import restore
from django_product_isolation.workflow.planning import MAX_READ

PERMISSIONS = {"isolate_image": permissions.ISOLATE, "restore_image": permissions.RESTORE}


@admin.action(permissions=["isolate_image"], description=gettext_lazy("Isolate product"))
def isolate_product(
    model_admin: "ModelAdmin[Any]",
    request: HttpRequest,
    queryset: QuerySet[Any],
    field: str = "",
) -> HttpResponseRedirect:
    """Lead to the confirm page of the ticked images."""
    refuse_without(model_admin, request, "isolate_image")
    site_name, back = model_admin.admin_site.name, request.get_full_path()
    return select(request, model_admin.model, site_name, queryset, field=field, back=back)


@admin.action(permissions=["restore_image"], description=gettext_lazy("Restore original"))
def restore_original(
    model_admin: "ModelAdmin[Any]",
    request: HttpRequest,
    queryset: QuerySet[Any],
    field: str = "",
) -> None:
    """Restore originals where our results are shown; messages name those left alone, and why."""
    refuse_without(model_admin, request, "restore_image")
    if queryset.count() > MAX_READ:
        messages.warning(request, formatting.only_the_first(MAX_READ))
    allowed, forbidden = permissions.changeable_images(request, queryset)
    outcome = restore(queryset.filter(pk__in=allowed), field=field, user=request.user)
    left = [sentence_of(reason, name) for name, reason in outcome.skipped]
    if forbidden:
        left.append(formatting.not_allowed(len(forbidden)))
    report_restoring(request, outcome, left)


def image_actions(targets: Sequence[Target]) -> Iterator[Callable[..., Any]]:
    """The actions on a list of images; one of each kind for each field, if there are several."""
    for action in (isolate_product, restore_original):
        for target in targets:
            if action is restore_original or not target.obstacle:
                yield action if len(targets) == 1 else for_field(action, target)


def for_field(action: Any, target: Target) -> Callable[..., Any]:
    """``action`` for one of several images; its name and its label say for which."""
    text = formatting.of_field(action.short_description, target)

    # Django fills its labels in with "%".
    @admin.action(permissions=action.allowed_permissions, description=text.replace("%", "%%"))
    def of_field(
        model_admin: "ModelAdmin[Any]", request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponseRedirect | None:
        response: HttpResponseRedirect | None = action(
            model_admin, request, queryset, field=target.field.name
        )
        return response

    of_field.__name__ = f"{action.__name__}_{target.field.name}"
    return of_field


def permission_check(
    model_admin: "ModelAdmin[Any]", permission: str
) -> Callable[[HttpRequest], bool]:
    """What Django asks before it offers an action: our permission and the right to change."""

    def has_permission(request: HttpRequest) -> bool:
        may = permissions.has_any_permission(request, permission)
        return may and model_admin.has_change_permission(request)

    return has_permission


def refuse_without(model_admin: "ModelAdmin[Any]", request: HttpRequest, name: str) -> None:
    if not getattr(model_admin, f"has_{name}_permission")(request):
        raise PermissionDenied
