"""Which admin site and ModelAdmin show a model to whom, and the addresses they give it.

Reads what the host registered and changes nothing of it.
"""

from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.admin import AdminSite, ModelAdmin, site
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.http import HttpRequest

from .frames import FramedModel, frame_around
from .own_pages import address, address_of, at_list
from .safe_calls import answer
from .shop_permissions import policies, sites_around, sites_in_use
from .site_access import lets_in

SITE_FRAME = "admin/product_isolation/site_frame.html"


def get_model_admins(
    model: type[Model], site: AdminSite | None = None
) -> Iterator["ModelAdmin[Any]"]:
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


def get_model_admin(model: type[Model], site: AdminSite | None = None) -> "ModelAdmin[Any] | None":
    """The first of them, None when no admin shows the model."""
    return next(get_model_admins(model, site), None)


def find_model(label: str) -> type[Model] | None:
    """The host's model called ``label``, None when it is gone."""
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def admin_for(
    request: HttpRequest, model: type[Model] | None, first: AdminSite | None = None
) -> "ModelAdmin[Any] | FramedModel | None":
    """The first that lets the person in and shows them the model, None when there is none.

    Before all others comes the place that the page is shown in, where that is no admin site.
    """
    frame = frame_around(request)
    if model and frame and frame.shows(request, model):
        return FramedModel(frame, model)
    for model_admin in get_model_admins(model, first) if model else ():
        if not lets_in(model_admin.admin_site, request):
            continue
        asked = at_list(model_admin, request)
        if answer(partial(model_admin.has_view_permission, asked), False):
            return model_admin
    return None


def get_admin_site(request: HttpRequest, label: str = "") -> AdminSite:
    """The site in which the person knows images of the model called ``label``.

    Where they know none, the first site that lets them in, or else the first of all.
    """
    model, sites = find_model(label), sites_around(request)
    known = (policy.site for policy in policies(request, model)) if model else ()
    return next((s for s in chain(known, sites) if s and lets_in(s, request)), [*sites, site][0])


def index_url(home: AdminSite, request: HttpRequest) -> str:
    """The first page of the place that the person is in, or else of the site; "/" where it has no
    address."""
    if frame := frame_around(request):
        return frame.index_url()
    return address(home, "index") or "/"


def frame_of(home: AdminSite, request: HttpRequest) -> dict[str, Any]:
    """What stands around a page of ours: the template, and what that needs.

    The site's, where the person is not in a place that has a frame of its own.
    """
    if frame := frame_around(request):
        around = {"frame": frame.template, "home_url": frame.index_url()}
        return {**around, **frame.context(request)}
    request.current_app = home.name
    nothing: dict[str, Any] = {}
    return {**answer(partial(home.each_context, request), nothing), "frame": SITE_FRAME}


def change_url(model_admin: "ModelAdmin[Any] | FramedModel", pk: str | UUID) -> str:
    """The page of one object in that admin; "" where it has no address."""
    return url_in(model_admin, "change", quote(pk))


def changelist_url(model_admin: "ModelAdmin[Any] | FramedModel") -> str:
    """The list of the model in that admin; "" where it has no address."""
    return url_in(model_admin, "changelist")


def url_in(model_admin: "ModelAdmin[Any] | FramedModel", page: str, *args: str) -> str:
    if isinstance(model_admin, FramedModel):
        return model_admin.url(page, *args)
    return address_of(model_admin, page, *args)
