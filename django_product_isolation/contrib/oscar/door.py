"""The one place where the dashboard meets the admin: its rights, and the actions behind them.

Whoever may isolate or restore an image in the admin may do so in the dashboard, and nobody else.
"""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from django_product_isolation.admin.actions import isolate_product, restore_original
from django_product_isolation.admin.sites import admin_of, find_model
from django_product_isolation.targets import Target, target_for

ACTIONS = {"isolate": isolate_product, "restore": restore_original}


def find_target() -> Target | None:
    """The field that holds Oscar's images, None where the shop does not have them isolated."""
    model = find_model("catalogue.ProductImage")
    try:
        return target_for(model) if model else None
    except ImproperlyConfigured:
        return None


def images_admin() -> "ModelAdmin[Any] | None":
    """The model admin of Oscar's images, None where there is none with our actions."""
    target = find_target()
    return admin_of(target.model) if target else None


def offered(request: HttpRequest, model_admin: "ModelAdmin[Any]") -> set[str]:
    """Which of ``ACTIONS`` the admin would offer to the user."""
    there = model_admin.get_actions(request)
    return {name for name, action in ACTIONS.items() if action.__name__ in there}


def act(request: HttpRequest, name: str, product_pk: int) -> HttpResponseBase | None:
    """Run an action about the posted images of a product, as the admin's image list would.

    Returns a page to show, or None when the user may go back to where they came from.
    Raises PermissionDenied, and Http404 for keys that no image can have.
    """
    model_admin = images_admin()
    if model_admin is None or name not in offered(request, model_admin):
        raise PermissionDenied
    return ACTIONS[name](model_admin, request, posted_images(request, model_admin, product_pk))


def posted_images(
    request: HttpRequest, model_admin: "ModelAdmin[Any]", product_pk: int
) -> QuerySet[Any]:
    images = model_admin.get_queryset(request).filter(product=product_pk)
    try:
        return images.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
    except (ValueError, ValidationError) as error:
        raise Http404 from error
