"""What is known of chosen images before anything is begun for them.

Reads rows, opens no file, changes nothing; the same few queries for 1 image or 500.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Model, QuerySet

from django_product_isolation.choices import Status
from django_product_isolation.host import Picture, Target, shown_rows, without_dimensions
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.models.querysets import RunQuerySet


def as_queryset(images: Any) -> QuerySet[Any]:
    """An instance becomes a queryset of one; a queryset stays as it is."""
    if isinstance(images, Model):
        return type(images)._base_manager.filter(pk=images.pk)
    if isinstance(images, QuerySet):
        return images
    raise TypeError("Give a model instance or a queryset.")


def read_shown(target: Target, keys: Sequence[Any]) -> tuple[list[Picture], list[Picture]]:
    """The pictures with these keys, in their order: those that the shop shows, and the others.

    Two queries, and two more where the shop hides some (they lie in its bin).
    """
    shown = {p.pk: p for p in target.pictures(shown_rows(target.model).filter(pk__in=keys))}
    others = [key for key in keys if str(key) not in shown]
    hidden = (
        target.pictures(without_dimensions(target.model).filter(pk__in=others)) if others else []
    )
    return [shown[str(key)] for key in keys if str(key) in shown], hidden


def last_ordered(
    target: Target, pks: Collection[str], *, besides: IsolationBatch | None = None
) -> dict[str, tuple[datetime, int]]:
    """When each image was ordered last, and how often it was, by its key; one query.

    None for those that never were. The moments alone do not tell a new order where the clock of
    the server that took it is slow.
    """
    runs = IsolationRun.objects.about(target).filter(object_pk__in=pks).order_by()
    if besides:
        runs = runs.exclude(batch=besides)
    orders = runs.values_list("object_pk").annotate(Max("batch__created_at"), Count("pk"))
    return {pk: (at, times) for pk, at, times in orders}


def waiting_for_review(open_runs: RunQuerySet, pks: Collection[UUID]) -> dict[Any, UUID]:
    """Those of ``open_runs`` that can be rejected, by the key of their image."""
    if not pks:
        return {}
    ready = open_runs.filter(pk__in=pks, status=Status.READY).order_by()
    return dict(ready.values_list("object_pk", "pk"))
