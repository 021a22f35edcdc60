"""Which admin site and ModelAdmin show a model, and the addresses they give it.

Reads what the host registered and changes nothing of it.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin, site
from django.contrib.admin.sites import all_sites
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.urls import get_resolver, get_urlconf, reverse


def sites_in_use(first: AdminSite | None = None) -> list[AdminSite]:
    """The admin sites that have an address: ``first``, then Django's default one, then others."""
    named = get_resolver(get_urlconf()).namespace_dict
    found = [known for known in all_sites if known.name in named]
    return sorted(found, key=lambda known: (known is not first, known.name != "admin", known.name))


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


def admin_of_label(label: str, site: AdminSite | None = None) -> "ModelAdmin[Any] | None":
    """The admin of the model called ``label``, None when no admin shows it or it is gone."""
    model = find_model(label)
    return admin_of(model, site) if model else None


def home_of_label(label: str) -> AdminSite:
    """The site in which staff know images of the model called ``label``, or else the first."""
    images = admin_of_label(label)
    return images.admin_site if images else next(iter(sites_in_use()), site)


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
