"""The actions on the host's own lists, of images and of products, and how they get there.

They are put on the ModelAdmin instances that the host registered; no class is changed, and
nobody needs to derive from anything of ours.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.sites import all_sites
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext_lazy

from django_product_isolation.host import Target, get_targets, targets_of
from django_product_isolation.staff import formatting, permissions
from django_product_isolation.staff.decisions import tell_begun
from django_product_isolation.staff.selections import select
from django_product_isolation.workflow import restore
from django_product_isolation.workflow.planning import MAX_READ

from .mixins import as_given, left_alone_if_it_breaks
from .product_actions import actions_for_products

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
    return select(request, model_admin, queryset, field=field, back=request.get_full_path())


@admin.action(permissions=["restore_image"], description=gettext_lazy("Restore original"))
def restore_original(
    model_admin: "ModelAdmin[Any]",
    request: HttpRequest,
    queryset: QuerySet[Any],
    field: str = "",
) -> None:
    """Have originals put back where our results are shown; say which are left alone, and why."""
    refuse_without(model_admin, request, "restore_image")
    if queryset.count() > MAX_READ:
        messages.warning(request, formatting.only_the_first(MAX_READ))
    allowed, forbidden = permissions.changeable_images(request, queryset)
    outcome = restore(queryset.filter(pk__in=allowed), field=field, user=request.user)
    left = [formatting.explain(name, reason) for name, reason in outcome.skipped]
    if forbidden:
        left.append(formatting.not_allowed(len(forbidden)))
    tell_begun(request, outcome, left)


def attach_actions() -> None:
    """Give the actions to every registered ModelAdmin of a model named in ``IMAGES``, and of the
    products that those images are of.

    May be called again at any time: what is there already is left as it is.
    """
    try:
        targets = get_targets()
    except ImproperlyConfigured:
        return  # the system checks say what is wrong
    of_products = actions_for_products(targets.values())
    for site in all_sites:
        for model, model_admin in site._registry.items():
            with left_alone_if_it_breaks(model_admin):
                if found := targets_of(model):
                    for name, permission in PERMISSIONS.items():
                        allow(model_admin, name, permission_check(model_admin, permission))
                    attach(model_admin, image_actions(found))
                for product_action in of_products.get(model._meta.concrete_model or model, ()):
                    allow(model_admin, product_action.name, product_action.check(model_admin))
                    attach(model_admin, [product_action.function])


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


def attach(model_admin: "ModelAdmin[Any]", actions: Iterable[Callable[..., Any]]) -> None:
    """Give actions to one ModelAdmin, unless it switched actions off or has its own."""
    if model_admin.actions is None:
        return
    named = {getattr(action, "__name__", action) for action in model_admin.actions}
    new = [action for action in actions if action.__name__ not in named]
    model_admin.actions = as_given(model_admin.actions, [*model_admin.actions, *new])


def allow(model_admin: "ModelAdmin[Any]", name: str, check: Callable[[HttpRequest], bool]) -> None:
    """Have Django ask ``check`` before it offers what needs the permission ``name``."""
    attribute = f"has_{name}_permission"
    if not hasattr(model_admin, attribute):
        setattr(model_admin, attribute, check)


def permission_check(
    model_admin: "ModelAdmin[Any]", permission: str
) -> Callable[[HttpRequest], bool]:
    """What Django asks before it offers an action: our permission and the right to change."""

    def has_permission(request: HttpRequest) -> bool:
        return permissions.may(request, permission) and model_admin.has_change_permission(request)

    return has_permission


def refuse_without(model_admin: "ModelAdmin[Any]", request: HttpRequest, name: str) -> None:
    if not getattr(model_admin, f"has_{name}_permission")(request):
        raise PermissionDenied
