"""What a click would begin, and what is left out: planned before anything is begun or paid.

Reads rows, opens no file, changes nothing; the same few queries for 1 image or 500.
"""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, Model, QuerySet

from django_product_isolation.choices import Status
from django_product_isolation.conf import LARGEST_BATCH, get_settings
from django_product_isolation.host import (
    Picture,
    Skipped,
    Target,
    all_rows,
    read_keys,
    shown_rows,
    target_for,
    without_dimensions,
)
from django_product_isolation.host.routing import refuse_elsewhere
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason

# Of a whole table ticked, so many rows are looked at to find what goes into one batch.
MAX_READ = LARGEST_BATCH


@dataclass(frozen=True)
class Plan:
    """What a click would begin."""

    target: Target
    accepted: Sequence[Picture]
    skipped: Sequence[Skipped]
    unit_price: Decimal
    unread: int = 0  # images beyond the first 10,000, left out without a look
    # By the image's key: results waiting for review that it would reject, and when it was ordered
    # last and how often, where it was.
    replaces: Mapping[str, uuid.UUID] = field(default_factory=dict)
    ordered: Mapping[str, tuple[datetime, int]] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        """USD for all accepted images."""
        return self.unit_price * len(self.accepted)

    @property
    def shared(self) -> list[tuple[str, int]]:
        """The files that several accepted images show, such as a placeholder, each with how many
        these are."""
        return [(name, n) for name, n in Counter(p.name for p in self.accepted).items() if n > 1]

    @property
    def replaced(self) -> Sequence[uuid.UUID]:
        """Results waiting for review that it would reject."""
        return list(self.replaces.values())


def plan(
    images: Model | QuerySet[Any],
    *,
    field: str = "",
    forbidden: Collection[str] = (),
    redo_of: Collection[uuid.UUID] = (),
) -> Plan:
    """Say which of ``images`` (an instance or a queryset) can be isolated now.

    ``field`` says which image, where the model has several. ``forbidden`` are primary keys, as
    strings, that the person may not change. ``redo_of`` are runs that the new ones take the place
    of: those that wait for review are no obstacle.
    Raises ImproperlyConfigured when the field is not named in ``IMAGES`` or cannot be isolated.
    """
    queryset = as_queryset(images)
    target, settings = target_for(queryset.model, field), get_settings()
    target.refuse_obstacle()
    keys, unread = read_keys(queryset, MAX_READ)
    pictures, hidden = read_shown(target, keys)
    open_runs = IsolationRun.objects.open().about(target).order_by()
    open_runs = open_runs.filter(object_pk__in=[picture.pk for picture in pictures])
    ready = waiting_for_review(open_runs, redo_of)
    known = open_runs.values_list("object_pk", "status", "review")
    taken = {pk: in_the_way(status, review) for pk, status, review in known if pk not in ready}
    adrift = open_under_no_target(pictures)
    taken |= {p.pk: adrift[p.name] for p in pictures if p.name in adrift and p.pk not in taken}
    accepted: list[Picture] = []
    skipped = [Skipped(picture, Reason.NOT_SHOWN) for picture in hidden]
    for picture in pictures:
        reason = why_left_out(target, picture, forbidden, taken)
        if reason is None and len(accepted) >= settings.MAX_BATCH:
            reason = Reason.OVER_MAX_BATCH
        if reason is None:
            accepted.append(picture)
        else:
            skipped.append(Skipped(picture, reason))
    pks = [picture.pk for picture in accepted]
    replaces = {pk: ready[pk] for pk in pks if pk in ready}
    ordered = last_ordered(target, pks)
    return Plan(target, accepted, skipped, settings.unit_price, unread, replaces, ordered)


def why_left_out(
    target: Target, picture: Picture, forbidden: Collection[str], taken: Mapping[str, Reason]
) -> Reason | None:
    """What is in the way of one image; ``taken`` says by its key what an open run of it is."""
    if picture.pk in forbidden:
        return Reason.NOT_ALLOWED
    if not picture.name:
        return Reason.NO_FILE
    if target.is_placeholder(picture.name):
        return Reason.PLACEHOLDER
    if not picture.fits:
        return Reason.NOT_RECORDABLE
    return taken.get(picture.pk)


def in_the_way(status: str, review: bool) -> Reason:
    """What an open run of an image means to whoever wants it isolated."""
    if status == Status.READY and review:
        return Reason.WAITS_FOR_REVIEW
    if status == Status.HELD:
        return Reason.NEEDS_ATTENTION
    return Reason.BEING_RESTORED if status == Status.RESTORING else Reason.ALREADY_OPEN


def open_under_no_target(pictures: Sequence[Picture]) -> dict[str, Reason]:
    """What open runs are in the way whose column ``IMAGES`` does not name, by those of their files
    that ``pictures`` show; two queries.

    Where a field was renamed and its runs were not moved yet, these are under way for the images
    that show the same files.
    """
    runs = IsolationRun.objects.open().about_none().order_by()
    names = {picture.name for picture in pictures} - {""}
    return {
        name: in_the_way(status, review)
        for column in ("source_name", "result_name")
        for name, status, review in runs.filter(**{f"{column}__in": names}).values_list(
            column, "status", "review"
        )
    }


def as_queryset(images: Model | QuerySet[Any]) -> QuerySet[Any]:
    """An instance becomes a queryset of one; a queryset stays as it is.

    Raises ImproperlyConfigured for rows of another database, TypeError for anything else.
    """
    if isinstance(images, Model | QuerySet):
        refuse_elsewhere(images)
    if isinstance(images, Model):
        return all_rows(type(images)).filter(pk=images.pk)
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
