"""From chosen images to runs: what can be begun, what it costs, and the rows for it.

One transaction, no network, no file opened, and the same few queries for 1 image or 500.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from django_product_isolation.choices import AspectRatio, Resolution, Status
from django_product_isolation.conf import get_settings
from django_product_isolation.database_clock import DatabaseNow
from django_product_isolation.host import Picture, Target, target_for
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import work_due
from django_product_isolation.transactions import retried

from .budgets import reserve
from .decide import reject

PROMPT_MAX_LENGTH = 500
# Of a whole table ticked, so many rows are looked at to find what goes into one batch.
MAX_READ = 5000


class NothingToIsolate(Exception):
    """None of the images can be isolated; ``skipped`` says why."""

    def __init__(self, skipped: "Sequence[Skipped]") -> None:
        super().__init__(", ".join(f"{s.picture.label}: {s.reason.value}" for s in skipped))
        self.skipped = skipped


@dataclass(frozen=True)
class Skipped:
    """An image that is left out, and why."""

    picture: Picture
    reason: Reason


@dataclass(frozen=True)
class Plan:
    """What a click would begin."""

    target: Target
    accepted: Sequence[Picture]
    skipped: Sequence[Skipped]
    unit_price: Decimal
    unread: int = 0  # images beyond the first 5000, left out without a look
    replaced: Sequence[uuid.UUID] = ()  # results waiting for review that it would reject

    @property
    def total(self) -> Decimal:
        """USD for all accepted images."""
        return self.unit_price * len(self.accepted)


def plan(
    images: Any,
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
    pictures = target.pictures(queryset[:MAX_READ])
    unread = queryset.count() - MAX_READ if len(pictures) == MAX_READ else 0
    open_runs = IsolationRun.objects.open().about(target).order_by()
    open_pks = dict(open_runs.values_list("object_pk", "status"))
    ready = waiting_for_review(open_runs, redo_of)
    taken = {pk: status for pk, status in open_pks.items() if pk not in ready}
    accepted: list[Picture] = []
    skipped: list[Skipped] = []
    for picture in pictures:
        if picture.pk in forbidden:
            skipped.append(Skipped(picture, Reason.NOT_ALLOWED))
        elif not picture.name:
            skipped.append(Skipped(picture, Reason.NO_FILE))
        elif target.is_placeholder(picture.name):
            skipped.append(Skipped(picture, Reason.PLACEHOLDER))
        elif not picture.fits:
            skipped.append(Skipped(picture, Reason.NOT_RECORDABLE))
        elif picture.pk in taken:
            restoring = taken[picture.pk] == Status.RESTORING
            reason = Reason.BEING_RESTORED if restoring else Reason.ALREADY_OPEN
            skipped.append(Skipped(picture, reason))
        elif len(accepted) >= settings.MAX_BATCH:
            skipped.append(Skipped(picture, Reason.OVER_MAX_BATCH))
        else:
            accepted.append(picture)
    replaced = [ready[picture.pk] for picture in accepted if picture.pk in ready]
    return Plan(target, accepted, skipped, settings.price, unread, replaced)


def waiting_for_review(open_runs: RunQuerySet, pks: Collection[uuid.UUID]) -> dict[Any, uuid.UUID]:
    """Those of ``open_runs`` that can be rejected, by the key of their image."""
    if not pks:
        return {}
    ready = open_runs.filter(pk__in=pks, status=Status.READY).order_by()
    return dict(ready.values_list("object_pk", "pk"))


def isolate(
    images: Any,
    *,
    field: str = "",
    prompt: str | None = None,
    prompts: Mapping[str, str] | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    review: bool | None = None,
    user: Any = None,
    token: uuid.UUID | None = None,
) -> IsolationBatch:
    """Begin a run for each of ``images`` (an instance or a queryset) and return their batch.

    ``field`` says which image, where the model has several that are named in ``IMAGES``.
    What is left out comes from the settings. ``{product}`` in ``prompt`` becomes the product's
    name. ``prompts`` holds other wordings for single images, by their primary keys as strings.
    A second call with the same ``token`` returns the first call's batch.
    Raises NothingToIsolate, BudgetExceeded, ValidationError for an unknown ratio or resolution,
    and ImproperlyConfigured when the field is not named in ``IMAGES``, is one of several, or
    cannot be isolated.
    """
    if token and (batch := IsolationBatch.objects.filter(pk=token).first()):
        return batch
    return order(
        plan(images, field=field),
        prompt=prompt,
        prompts=prompts,
        aspect_ratio=aspect_ratio,
        resolution=resolution,
        review=review,
        user=user,
        token=token,
    )


def order(
    chosen: Plan,
    *,
    prompt: str | None = None,
    prompts: Mapping[str, str] | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    review: bool | None = None,
    user: Any = None,
    token: uuid.UUID | None = None,
) -> IsolationBatch:
    """Begin what was planned; options, result and errors as of ``isolate``."""
    settings = get_settings()
    batch = IsolationBatch(
        id=token or uuid.uuid4(),
        created_by=user,
        model_label=chosen.target.label,
        field_name=chosen.target.field.name,
        aspect_ratio=settings.ASPECT_RATIO if aspect_ratio is None else aspect_ratio,
        resolution=settings.RESOLUTION if resolution is None else resolution,
        review=settings.REVIEW if review is None else review,
        unit_price=chosen.unit_price,
    )
    refuse_unknown_choices(batch)
    template = settings.PROMPT if prompt is None else prompt
    own = prompts or {}
    texts = {p.pk: render(own.get(p.pk) or template, p) for p in chosen.accepted}
    return begin(batch, chosen, texts)


def begin(batch: IsolationBatch, chosen: Plan, prompts: Mapping[str, str]) -> IsolationBatch:
    """Save the batch and its runs in one transaction; have them looked at after the commit."""
    try:
        return save(batch, chosen, prompts)
    except IntegrityError:
        # The other half of a double click was faster: the batch is the one that it began.
        if same := IsolationBatch.objects.filter(pk=batch.pk).first():
            return same
        raise


@retried
def save(batch: IsolationBatch, chosen: Plan, prompts: Mapping[str, str]) -> IsolationBatch:
    """Raises IntegrityError when there is a batch of that id."""
    with transaction.atomic():
        # First of all, so that the twin of a double click waits here, before it counts money. And
        # nothing is read before the locks are taken: it would be read as it was, not as it is.
        batch.save(force_insert=True)
        reserve(chosen.total)
        reject_replaced(chosen.replaced, user=batch.created_by)
        # A colleague may have begun the same image since the plan: the unique key lets only
        # one of the two rows in, and what really came in is read back.
        IsolationRun.objects.bulk_create(
            [
                new_run(batch, chosen.target, picture, prompts[picture.pk])
                for picture in chosen.accepted
            ],
            ignore_conflicts=True,
        )
        begun = list(batch.runs.order_by().values_list("pk", flat=True))
        if not begun:
            raise NothingToIsolate(chosen.skipped)
        transaction.on_commit(partial(work_due.send_robust, sender=IsolationBatch, run_ids=begun))
    return batch


def reject_replaced(pks: Sequence[uuid.UUID], *, user: Any) -> None:
    """Reject the results that are replaced, if they still wait for review."""
    if pks:
        for run in IsolationRun.objects.filter(pk__in=pks).order_by("pk"):
            reject(run, user=user)


def new_run(batch: IsolationBatch, target: Target, picture: Picture, prompt: str) -> IsolationRun:
    return IsolationRun(
        batch=batch,
        object_pk=picture.pk,
        label=picture.label,
        prompt=prompt,
        review=batch.review,
        active_key=target.active_key(picture.pk),
        source_name=picture.name,
        due_at=DatabaseNow(),
    )


def render(template: str, picture: Picture) -> str:
    """The prompt for one picture. No format string, so that nobody reaches into objects."""
    return template.replace("{product}", picture.product).strip()[:PROMPT_MAX_LENGTH]


def refuse_unknown_choices(batch: IsolationBatch) -> None:
    """Raise ValidationError, with a message for the person who chose."""
    if batch.aspect_ratio not in AspectRatio.values:
        raise ValidationError({"aspect_ratio": _("Choose one of the listed aspect ratios.")})
    if batch.resolution not in Resolution.values:
        raise ValidationError({"resolution": _("Choose one of the listed resolutions.")})


def as_queryset(images: Any) -> QuerySet[Any]:
    """An instance becomes a queryset of one; a queryset stays as it is."""
    if isinstance(images, Model):
        return type(images)._base_manager.filter(pk=images.pk)
    if isinstance(images, QuerySet):
        return images
    raise TypeError("Give a model instance or a queryset.")
