"""Previews of the host's images and of runs, and their addresses.

A stored file is decoded and encoded again, never passed on as it is. Pages never hold an address of
the storage: a private bucket's signed link opens the file to everybody who has it.
"""

import hashlib
import logging
from typing import Literal

from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from django_product_isolation import imaging
from django_product_isolation.host import (
    FileMissing,
    FileTooLarge,
    Picture,
    StorageFailed,
    Target,
    is_ours,
    shortages_as_failures,
)
from django_product_isolation.host.access import shop_permissions
from django_product_isolation.host.access.sites import find_model
from django_product_isolation.host.previews import SIZES, SMALL, preview
from django_product_isolation.host.reading_turns import ReadingBusy
from django_product_isolation.models import IsolationRun

from . import permissions, visibility
from .decorators import readable
from .targets import find_target

logger = logging.getLogger("django_product_isolation")

Which = Literal["source", "result"]
WHICH: tuple[Which, ...] = ("source", "result")

SECONDS_KEPT = 3600  # by browsers
SECONDS_BUSY = 5
SECONDS_UNSURE = 60  # what may become another file under the same name


@readable
@require_safe
def run_picture(request: HttpRequest, pk: str, which: str) -> HttpResponseBase:
    """The source or the result of a run. Needs any permission on runs and to see the image."""
    run = IsolationRun.objects.select_related("batch").filter(pk=pk).first()
    model = find_model(run.batch.model_label) if run else None
    if not permissions.has_preview_permission(request, model):
        raise PermissionDenied
    if run is None or which not in WHICH or not visibility.is_seen(request, run):
        raise Http404
    name, digest = shown_file(run, which)
    target = find_target(run.batch.model_label, run.batch.field_name)
    if target is None:
        return placeholder()
    # What was never read may have become another file since, unless its image shows it still.
    if not digest and target.current_name(run.object_pk) != name:
        return placeholder()
    shown_in = target.of_row(run.object_pk)
    return picture_response(request, shown_in, name, digest=digest, row=run.object_pk)


@readable
@require_safe
def image_picture(request: HttpRequest, model_label: str, pk: str) -> HttpResponseBase:
    """What an image of the host's shows now. Needs the right to isolate and to see it."""
    target = find_target(model_label, request.GET.get("field", ""))
    model = target.model if target else None
    if not permissions.has_any_permission(request, permissions.ISOLATE, model=model):
        raise PermissionDenied
    if target is None:
        raise Http404
    key = unquote(pk)
    if not shop_permissions.allowed(request, "view", target.model, [key]):
        raise Http404
    name = target.current_name(key) or ""
    digest = digest_of_result(target, key, name)
    return picture_response(request, target.of_row(key), name, digest=digest, row=key)


def digest_of_result(target: Target, key: str, name: str) -> str:
    """The SHA-256 of a result that a row shows; "" for what is none of ours."""
    if not is_ours(name):
        return ""
    runs = IsolationRun.objects.about(target).filter(object_pk=key, result_name=name)
    return runs.values_list("result_sha256", flat=True).first() or ""


def picture_response(
    request: HttpRequest, target: Target, name: str, *, digest: str, row: str
) -> HttpResponseBase:
    """The preview of a stored file, or a neutral picture with status 404.

    Where too many others are being made, nothing for now: pictures.js asks again.
    """
    size = wanted_size(request)
    etag = quote_etag(f"{version(name + digest)}-{size}") if digest else None
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None:
        try:
            content = find_preview(target, name, size, digest=digest, row=row)
        except ReadingBusy:
            return come_back()
        if content is None:
            return placeholder()
        response = HttpResponse(content, content_type="image/jpeg")
    if etag:
        response["ETag"] = etag
    response["Cache-Control"] = f"private, max-age={SECONDS_KEPT if etag else SECONDS_UNSURE}"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def wanted_size(request: HttpRequest) -> int:
    """One of the fixed sizes, in pixels."""
    return next((size for size in SIZES if str(size) == request.GET.get("size")), SMALL)


def find_preview(target: Target, name: str, size: int, *, digest: str, row: str) -> bytes | None:
    """A stored picture made small; None when it cannot be read. Raises ReadingBusy."""
    if not name:
        return None
    try:
        with shortages_as_failures():
            return preview(target, name, size, digest=digest, row=row)
    except (FileMissing, FileTooLarge, StorageFailed, imaging.ImageRejected) as error:
        logger.info("preview_failed model=%s error=%s", target.label, type(error).__name__)
        return None


def placeholder() -> HttpResponse:
    """Shown in the place of a picture that is not there (yet), and not kept by browsers."""
    content = render_to_string("admin/product_isolation/no_picture.svg")
    response = HttpResponse(content, status=404, content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def come_back() -> HttpResponse:
    """No picture for now: not even a placeholder, which the page would not ask for again.

    Django would mail each 503 to the admins.
    """
    response = HttpResponse(status=429, content_type="text/plain")
    response["Retry-After"] = str(SECONDS_BUSY)
    response["Cache-Control"] = "no-store"
    return response


def run_picture_url(run: IsolationRun, which: Which, size: int) -> str:
    """The preview of a run's source or result; "" while there is no such file."""
    name, _digest = shown_file(run, which)
    return sized(run_picture_path(str(run.pk), which), name, size) if name else ""


def run_picture_path(key: str, which: Which) -> str:
    """Where the run with that key shows the one or the other."""
    return reverse("product_isolation:preview_run", args=[key, which])


def sized(path: str, name: str, size: int) -> str:
    """The address of the preview of the file called ``name``, ``size`` pixels at most."""
    return f"{path}?size={size}&v={version(name)}"


def image_picture_url(target: Target, picture: Picture, size: int) -> str:
    """The preview of one of the host's images."""
    path = reverse("product_isolation:preview_image", args=[target.label, quote(picture.pk)])
    return f"{sized(path, picture.name, size)}&field={target.field.name}"


def shown_file(run: IsolationRun, which: str) -> tuple[str, str]:
    """Name and SHA-256 of a run's source or result; "" for what is not there, or not known yet."""
    if which == "source":
        return run.source_name, run.source_sha256
    return stored_result(run), run.result_sha256


def stored_result(run: IsolationRun) -> str:
    """The result's file name; "" before the file is surely there."""
    return run.result_name if run.result_sha256 else ""


def version(name: str) -> str:
    """Changes with the file, so that no browser goes on showing its predecessor."""
    return hashlib.sha256(name.encode()).hexdigest()[:12]
