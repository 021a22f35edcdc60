"""Selections: which images somebody chose to isolate, kept until the confirm page orders them.

They are rows of their own, so that the page has an address and thousands of images fit.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.admin import AdminSite
from django.core.exceptions import BadRequest, PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from django_product_isolation.database.primary_keys import key_field
from django_product_isolation.host import read_keys, shown_rows, target_for
from django_product_isolation.host.access.shop_permissions import sites_in_use
from django_product_isolation.host.access.site_access import lets_in
from django_product_isolation.host.access.sites import find_model, get_admin_site
from django_product_isolation.models import Selection
from django_product_isolation.workflow.planning import MAX_READ

from . import permissions
from .addresses import page_url
from .decorators import read_back, staff_page
from .targets import can_isolate

BACK_MAX_LENGTH = 500


def select(
    request: HttpRequest,
    model: type[Model],
    site_name: str,
    images: "QuerySet[Any] | Iterable[Any]",
    *,
    prefill: Mapping[str, Any] | None = None,
    redo_of: Iterable[UUID] = (),
    back: str = "",
    field: str = "",
) -> HttpResponseRedirect:
    """Keep images of ``model`` as a selection and redirect to its confirm page; changes nothing.

    ``site_name`` is the admin site that the page belongs to. ``images`` are a queryset or primary
    keys; the first 10,000 are kept, and all are counted.
    ``prefill`` is what the page starts with instead of presets and settings: ``prompt``,
    ``aspect_ratio``, ``resolution``, ``review``, ``places``, ``tolerated_findings`` (by default
    none), and ``prompts`` by primary key.
    ``redo_of`` are ids of runs that the order takes the place of. ``back`` is the path that "take
    me back" leads to, by default the list of the images. ``field`` says which image, where the
    model has several.
    Raises ImproperlyConfigured when that is not named in ``IMAGES``.
    """
    user: Any = request.user
    pks, count = count_and_cut(images)
    selection = Selection.objects.create(
        created_by=user,
        model_label=model._meta.label_lower,
        field_name=target_for(model, field).field.name,
        site_name=site_name,
        object_pks=pks,
        chosen=count,
        prefill=dict(prefill or {}),
        redo_of=[str(pk) for pk in redo_of],
        back=back if len(back) <= BACK_MAX_LENGTH else "",
    )
    return HttpResponseRedirect(page_url(request, "confirm", selection.pk))


def count_and_cut(images: "QuerySet[Any] | Iterable[Any]") -> tuple[list[str], int]:
    """The first 10,000 primary keys, each once and as text, and how many there are in all."""
    if isinstance(images, QuerySet):
        keys, further = read_keys(images, MAX_READ)
        return [str(pk) for pk in keys], len(keys) + further
    pks = list(dict.fromkeys(str(pk) for pk in images))
    return pks[:MAX_READ], len(pks)


def sites_called(name: str) -> list[AdminSite]:
    return [site for site in sites_in_use() if site.name == name]


def site_called(request: HttpRequest, name: str, model_label: str) -> AdminSite:
    """The admin site of that name, if it lets the user in; else one that does."""
    entered = [site for site in sites_called(name) if lets_in(site, request)]
    return entered[0] if entered else get_admin_site(request, model_label)


@staff_page(permissions.ISOLATE, methods=["POST"], find=lambda model_label: (model_label,) * 2)
def select_images(request: HttpRequest, model_label: str) -> HttpResponseBase:
    """Lead from the images posted as ``pk``, once or more, to their confirm page.

    Optional: ``back``, a path on this host (also in the query string, for buttons in forms of
    the host's), ``field`` (there too), ``site``, the admin site's name, and ``redo_of``, once or
    more.
    Answers 403 to those who may not isolate, may change none of the images, or name a site that
    does not let them in.
    """
    model = find_model(model_label)
    field = request.GET.get("field") or request.POST.get("field") or ""
    if model is None or not can_isolate(model_label, field):
        raise Http404
    site_name = request.POST.get("site", "")
    if not all(lets_in(site, request) for site in sites_called(site_name)):
        raise PermissionDenied
    site = site_called(request, site_name, model_label)
    pks = read_pks(model, request.POST.getlist("pk"))
    images = shown_rows(model).filter(pk__in=pks)
    changeable, _forbidden = permissions.changeable_images(request, images)
    # Some databases find a key that is written otherwise; ours are compared letter by letter.
    if not changeable & {str(pk) for pk in pks}:
        raise PermissionDenied
    redo_of = read_uuids(request.POST.getlist("redo_of"))
    back = read_back(request)
    return select(request, model, site.name, pks, redo_of=redo_of, back=back, field=field)


def read_pks(model: type[Model], texts: Iterable[str]) -> list[Any]:
    """Primary keys as the model has them. Raises BadRequest for none, and for nonsense."""
    field = key_field(model)
    try:
        pks = [field.to_python(text) for text in texts]
        for pk in pks:
            field.run_validators(pk)
    except ValidationError as error:
        raise BadRequest("No key of this model looks like that.") from error
    if not pks:
        raise BadRequest("No image was chosen.")
    return pks


def read_uuids(texts: Iterable[str]) -> list[UUID]:
    """Ids of runs or batches. Raises BadRequest for what is none."""
    try:
        return [UUID(text) for text in texts]
    except ValueError as error:
        raise BadRequest("No run or batch has such an id.") from error
