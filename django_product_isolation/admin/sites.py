"""Which admin site and ModelAdmin show a model to whom, and the addresses they give it.

Reads what the host registered and changes nothing of it.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin, site
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from django_product_isolation.host.permissions import doors, sites_in_use


def admins_of(model: type[Model], site: AdminSite | None = None) -> Iterator["ModelAdmin[Any]"]:
    """The model admins that show ``model`` itself or a proxy of it, those of ``site`` first."""
    for candidate in sites_in_use(site):
        registry = candidate._registry
        if model in registry:
            yield registry[model]
        yield from (
            registry[shown]
            for shown in registry
            if shown is not model and shown._meta.concrete_model is model._meta.concrete_model
        )


def admin_of(model: type[Model], site: AdminSite | None = None) -> "ModelAdmin[Any] | None":
    """The first of them, None when no admin shows the model."""
    return next(admins_of(model, site), None)


def find_model(label: str) -> type[Model] | None:
    """The host's model called ``label``, None when it is gone."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def admin_for(
    request: HttpRequest, model: type[Model] | None, first: AdminSite | None = None
) -> "ModelAdmin[Any] | None":
    """The first that lets the person in and shows them the model, None when there is none."""
    for model_admin in admins_of(model, first) if model else ():
        may_enter = model_admin.admin_site.has_permission(request)
        if may_enter and model_admin.has_view_permission(request):
            return model_admin
    return None


def home_for(request: HttpRequest, label: str = "") -> AdminSite:
    """The site in which the person knows images of the model called ``label``.

    Where they know none, the first site that lets them in, or else the first of all.
    """
    model, sites = find_model(label), sites_in_use()
    known = [door.site for door in doors(request, model) if door.site] if model else []
    return next((s for s in [*known, *sites] if s.has_permission(request)), [*sites, site][0])


def index_url(request: HttpRequest, label: str = "") -> str:
    """The first page of that site; "/" where no site has an address."""
    try:
        return reverse("admin:index", current_app=home_for(request, label).name)
    except NoReverseMatch:
        return "/"


def change_url(model_admin: "ModelAdmin[Any]", pk: str | UUID) -> str:
    """The page of one object in that admin."""
    opts = model_admin.opts
    return reverse(
        f"admin:{opts.app_label}_{opts.model_name}_change",
        args=[quote(pk)],
        current_app=model_admin.admin_site.name,
    )


def changelist_url(model_admin: "ModelAdmin[Any]") -> str:
    """The list of the model in that admin."""
    opts = model_admin.opts
    return reverse(
        f"admin:{opts.app_label}_{opts.model_name}_changelist",
        current_app=model_admin.admin_site.name,
    )
