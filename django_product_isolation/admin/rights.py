"""Who may do what: our permissions together with the host's own admin rights.

Answers only; refusing is left to the pages. Checked anew on every request and object.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib.admin import ModelAdmin
from django.contrib.auth import get_permission_codename
from django.db.models import ImageField, Model, QuerySet
from django.http import HttpRequest

from django_product_isolation.host import without_dimensions
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow.begin import MAX_READ

from .sites import admin_of, find_model

ISOLATE = "product_isolation.isolate_image"
REVIEW = "product_isolation.review_result"
RESTORE = "product_isolation.restore_image"
VIEW = "product_isolation.view_isolationrun"
# A right of its own: who may have images isolated need not know what everybody's cost.
SPENDING = "product_isolation.view_spending"


def may(request: HttpRequest, *permissions: str) -> bool:
    """Whether the user is staff and has one of the permissions."""
    user = request.user
    return bool(user.is_staff) and any(user.has_perm(permission) for permission in permissions)


def may_watch(request: HttpRequest) -> bool:
    """Whether the user may read batches and runs."""
    return may(request, ISOLATE, VIEW)


def may_see_pictures(request: HttpRequest) -> bool:
    """Whether the user may see the sources and results of runs."""
    return may(request, ISOLATE, REVIEW, RESTORE, VIEW)


def changeable_images(
    model_admin: "ModelAdmin[Any] | None", request: HttpRequest, images: QuerySet[Any]
) -> tuple[set[str], set[str]]:
    """Primary keys of the images that the user may change, and of those that they may not.

    Where no admin shows the model, its plain permission counts. One query, no file opened; images
    beyond the first 5000 are in neither.
    """
    pks: tuple[set[str], set[str]] = (set(), set())
    for row in unopened(images)[:MAX_READ].iterator(chunk_size=500):
        pks[not _allows_change(request, model_admin, row)].add(str(row.pk))
    return pks


def unopened(images: QuerySet[Any]) -> QuerySet[Any]:
    """The same rows, read without their image fields: Django opens files to fill dimensions."""
    fields = [field.name for field in images.model._meta.fields if isinstance(field, ImageField)]
    return images.defer(*fields)


def may_change_model(request: HttpRequest, model_label: str) -> bool:
    """Whether the user may change images of that model, as far as no single one is looked at."""
    return _may_change(request, find_model(model_label), None)


def may_change_image(request: HttpRequest, model: type[Model], image: Model) -> bool:
    """Whether the user may change this one of the images of ``model``, or of a child of it."""
    return _may_change(request, model, image)


def changeable_pks(request: HttpRequest, runs: Iterable[IsolationRun]) -> set[UUID]:
    """The runs whose image the user may change; one query for each model among them."""
    allowed: set[UUID] = set()
    by_model = sorted(runs, key=lambda run: run.batch.model_label)
    for label, group in groupby(by_model, key=lambda run: run.batch.model_label):
        model, same = find_model(label), list(group)
        rows = _rows(model, {run.object_pk for run in same})
        allowed |= {run.pk for run in same if _may_change(request, model, rows.get(run.object_pk))}
    return allowed


def _rows(model: type[Model] | None, pks: set[str]) -> dict[str, Model]:
    if model is None:
        return {}
    return {str(row.pk): row for row in without_dimensions(model).filter(pk__in=pks)}


def _may_change(request: HttpRequest, model: type[Model] | None, row: Model | None) -> bool:
    if model is None:
        return True  # there is nothing left to change
    if model_admin := admin_of(model):
        return bool(model_admin.has_change_permission(request, row))
    return _has_plain_permission(request, model)


def _allows_change(request: HttpRequest, model_admin: "ModelAdmin[Any] | None", row: Model) -> bool:
    if model_admin:
        return bool(model_admin.has_change_permission(request, row))
    return _has_plain_permission(request, type(row))


def _has_plain_permission(request: HttpRequest, model: type[Model]) -> bool:
    codename = get_permission_codename("change", model._meta)
    return request.user.has_perm(f"{model._meta.app_label}.{codename}")
