"""Small pictures of the host's images and of runs, for those who may see them.

Decodes and encodes what it shows: a stored file is never passed on as it is.
"""

import logging

from django.contrib.admin.utils import unquote
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from django_product_isolation.host import (
    FileMissing,
    FileTooLarge,
    StorageFailed,
    Target,
    target_for,
)
from django_product_isolation.host.access import permissions as shop_permissions
from django_product_isolation.host.access.sites import find_model
from django_product_isolation.imaging.copies import ImageRejected, thumbnail
from django_product_isolation.models import IsolationRun

from . import permissions, visibility
from .picture_urls import SIZES, SMALL, stored_result, version

logger = logging.getLogger("django_product_isolation")

SECONDS_KEPT = 3600


@require_safe
def run_picture(request: HttpRequest, pk: str, which: str) -> HttpResponseBase:
    """The source or the result of a run. Needs any permission on runs and to see the image."""
    if not permissions.may_see_pictures(request):
        raise PermissionDenied
    if which not in ("source", "result"):
        raise Http404
    run = get_object_or_404(IsolationRun.objects.select_related("batch"), pk=pk)
    if not visibility.is_seen(request, run):
        raise Http404
    name = run.source_name if which == "source" else stored_result(run)
    target = find_target(run.batch.model_label, run.batch.field_name)
    return picture_response(request, target, name) if target else placeholder()


@require_safe
def image_picture(request: HttpRequest, model_label: str, pk: str) -> HttpResponseBase:
    """What an image of the host's shows now. Needs the right to isolate and to see it."""
    if not permissions.may(request, permissions.ISOLATE):
        raise PermissionDenied
    target = find_target(model_label, request.GET.get("field", ""))
    if target is None:
        raise Http404
    key = unquote(pk)
    if not shop_permissions.allowed(request, "view", target.model, [key]):
        raise Http404
    return picture_response(request, target, target.current_name(key) or "")


def find_target(label: str, field: str) -> Target | None:
    """The image field of the model called ``label``, None when there is none to isolate.

    Without ``field``, the only one that it has.
    """
    model = find_model(label)
    try:
        return target_for(model, field) if model else None
    except ImproperlyConfigured:
        return None


def picture_response(request: HttpRequest, target: Target, name: str) -> HttpResponseBase:
    """The preview of a stored file, or a neutral picture with status 404."""
    size = wanted_size(request)
    etag = quote_etag(f"{version(name)}-{size}")
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        content = preview(target, name, size)
        if content is None:
            return placeholder()
        response = HttpResponse(content, content_type="image/webp")
    response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={SECONDS_KEPT}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def wanted_size(request: HttpRequest) -> int:
    """One of the fixed sizes, in pixels."""
    return next((size for size in SIZES if str(size) == request.GET.get("size")), SMALL)


def preview(target: Target, name: str, size: int) -> bytes | None:
    """A stored picture made small; None when it cannot be read."""
    if not name:
        return None
    try:
        with target.copy(name) as file:
            return thumbnail(file, size=size)
    except (FileMissing, FileTooLarge, StorageFailed, ImageRejected) as error:
        logger.info("preview_failed model=%s error=%s", target.label, type(error).__name__)
        return None


def placeholder() -> HttpResponse:
    """Shown in the place of a picture that is not there (yet), and not kept by browsers."""
    content = render_to_string("product_isolation/no_picture.svg")
    response = HttpResponse(content, status=404, content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
