"""From planned images to runs: the batch and its rows, saved in one transaction.

No network, no file opened, and the same few queries for 1 image or 500.
"""

import re
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from django_product_isolation import imaging, site_clock
from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.conf import get_settings
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.database.transactions import retry_on_conflict
from django_product_isolation.host import Picture, Skipped, Target
from django_product_isolation.marketplaces import place_called
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.spending.budgets import reserve, take_spending_lock

from .nudges import nudge_on_commit
from .planning import Plan, last_ordered, plan
from .review import reject
from .terms import terms_now
from .tolerance import tolerated_by

PROMPT_MAX_LENGTH = 500


class NothingToIsolate(Exception):
    """None of the images can be isolated; ``skipped`` says why."""

    def __init__(self, skipped: Sequence[Skipped]) -> None:
        super().__init__(", ".join(f"{s.picture.label}: {s.reason.value}" for s in skipped))
        self.skipped = skipped


@dataclass(frozen=True, kw_only=True)
class Options:
    """How images are to be isolated, and by whom. A prompt, shape, size or review that is None
    comes from the settings.

    ``prompt`` is a template, ``prompts`` holds other ones for single images, by their primary keys.
    A second batch with the same ``token`` is the first one. ``tolerated_findings`` are
    ids of findings that hold no result back; None takes those of the default presets of now.
    ``places`` are ids of marketplaces that are to take the results.
    """

    prompt: str | None = None
    prompts: Mapping[Any, str] | None = None
    aspect_ratio: str | None = None
    resolution: str | None = None
    review: bool | None = None
    tolerated_findings: Collection[str] | None = None
    places: Collection[str] | None = ()
    user: Any = None
    token: uuid.UUID | None = None


def isolate(
    images: Model | QuerySet[Any],
    *,
    field: str = "",
    prompt: str | None = None,
    prompts: Mapping[Any, str] | None = None,
    aspect_ratio: str | None = None,
    resolution: str | None = None,
    review: bool | None = None,
    tolerated_findings: Collection[str] | None = None,
    places: Collection[str] | None = (),
    user: Any = None,
    token: uuid.UUID | None = None,
) -> IsolationBatch:
    """Begin a run for each of ``images`` (an instance or a queryset) and return their batch.

    ``field`` says which image, where the model has several that are named in ``IMAGES``.
    The batch's ``skipped`` say which images were left out and why (those over ``MAX_BATCH`` too),
    its ``unread`` how many beyond the first 10,000 were not looked at.
    Options that are not given come from the settings. ``{product}`` in ``prompt`` becomes the
    product's name. ``prompts`` holds other wordings for single images, by their primary keys.
    ``tolerated_findings`` are ids of findings that hold no result back; where None are
    given, those that the default preset of every image tolerates now.
    ``places`` are ids of marketplaces that the results are meant for.
    A second call with the same ``token`` returns the first call's batch.
    Raises NothingToIsolate, BudgetExceeded, ValidationError for an unknown ratio, resolution or
    place, for findings that are no list, for ``prompts`` of other images, for a prompt that is no
    text, too long, or nothing that the database can keep and for a ``token`` of a batch of other
    images, and ImproperlyConfigured when the field is not named in ``IMAGES``, is one of several,
    or cannot be isolated.
    """
    options = Options(
        prompt=prompt,
        prompts=prompts,
        aspect_ratio=aspect_ratio,
        resolution=resolution,
        review=review,
        tolerated_findings=tolerated_findings,
        places=places,
        user=user,
        token=token,
    )
    chosen = plan(images, field=field)
    if token and (batch := IsolationBatch.objects.filter(pk=token).first()):
        if (batch.model_label, batch.field_name) not in chosen.target.names:
            raise ValidationError({"token": "A batch of other images has this id."})
        return with_left_out(batch, chosen, Reason.LEFT_OUT)
    refuse_prompts_of_others(prompts or (), chosen)
    return create_batch(chosen, options)


BY_THE_SETTINGS = Options()
# NUL, which databases refuse, and halves of letters, which nothing can write down.
NO_LETTERS = re.compile("[\\x00\\ud800-\\udfff]")


def create_batch(chosen: Plan, options: Options = BY_THE_SETTINGS) -> IsolationBatch:
    """Begin what was planned; result and errors as of ``isolate``."""
    settings = get_settings()
    ratio, resolution, review = options.aspect_ratio, options.resolution, options.review
    batch = IsolationBatch(
        id=options.token or uuid.uuid4(),
        created_by=options.user,
        model_label=chosen.target.label,
        field_name=chosen.target.field.name,
        aspect_ratio=settings.ASPECT_RATIO if ratio is None else ratio,
        resolution=settings.RESOLUTION if resolution is None else resolution,
        review=settings.reviews_all if review is None else review,
        tolerated_findings=tolerated_by(options.tolerated_findings, chosen),
        places=places_by(options),
        unit_price=chosen.unit_price,
        **terms_now(),
    )
    refuse_unknown_choices(batch)
    template = settings.PROMPT if options.prompt is None else options.prompt
    own = {str(key): text for key, text in (options.prompts or {}).items()}
    refuse_odd_prompts(["" if options.prompt is None else options.prompt, *own.values()])
    prompts = {p.pk: render(own.get(p.pk) or template, p) for p in chosen.accepted}
    try:
        return save(batch, chosen, prompts)
    except IntegrityError:
        # The other half of a double click was faster: the batch is the one that it began.
        if same := IsolationBatch.objects.filter(pk=batch.pk).first():
            return with_left_out(same, chosen, Reason.LEFT_OUT)
        raise


def places_by(options: Options) -> list[str]:
    """The ids of places, each once. Raises ValidationError for what is none."""
    given = options.places or ()
    is_list = isinstance(given, Iterable) and not isinstance(given, str)
    if not is_list or not all(isinstance(one, str) and place_called(one) for one in given):
        raise ValidationError({"places": _("Choose among the listed marketplaces.")})
    return list(dict.fromkeys(given))


@retry_on_conflict
def save(batch: IsolationBatch, chosen: Plan, prompts: Mapping[str, str]) -> IsolationBatch:
    """Raises IntegrityError when there is a batch of that id, and as of ``isolate``."""
    with transaction.atomic():
        # First of all, so that the twin of a double click waits here, before it counts money. And
        # nothing is read before the locks are taken: it would be read as it was, not as it is.
        take_spending_lock()
        # One moment for the whole order, which may have waited: what is counted on a day is dated
        # on it.
        batch.created_at = site_clock.now()
        batch.save(force_insert=True)
        reserve(chosen.total, at=batch.created_at)
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
        take_back_ordered_meanwhile(batch, chosen)
        kept = list(batch.runs.order_by().values_list("pk", "object_pk", "prompt"))
        refuse_changed_prompts({object_pk: prompt for _pk, object_pk, prompt in kept}, prompts)
        rows = {pk: object_pk for pk, object_pk, _prompt in kept}
        note_left_out(batch, chosen, Reason.ALREADY_OPEN, set(rows.values()))
        begun = list(rows)
        if not begun:
            raise NothingToIsolate(batch.skipped)
        nudge_on_commit(begun)
    return batch


def take_back_ordered_meanwhile(batch: IsolationBatch, chosen: Plan) -> None:
    """Leave out what a colleague ordered between the plan and this transaction, though it ended.

    Our own rows stand by now, so nobody can begin these images any more.
    """
    pks = [picture.pk for picture in chosen.accepted]
    latest = last_ordered(chosen.target, pks, besides=batch)
    if again := [pk for pk, last in latest.items() if chosen.ordered.get(pk) != last]:
        batch.runs.filter(object_pk__in=again).delete()


def with_left_out(batch: IsolationBatch, chosen: Plan, reason: Reason) -> IsolationBatch:
    """The batch with what was chosen and is not in it; ``reason`` is for what could have been."""
    begun = set(batch.runs.order_by().values_list("object_pk", flat=True))
    note_left_out(batch, chosen, reason, begun)
    return batch


def note_left_out(
    batch: IsolationBatch, chosen: Plan, reason: Reason, begun: Collection[str]
) -> None:
    could = [Skipped(picture, reason) for picture in chosen.accepted]
    batch.skipped = [s for s in [*chosen.skipped, *could] if s.picture.pk not in begun]
    batch.unread = chosen.unread


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


def refuse_changed_prompts(kept: Mapping[str, str], prompts: Mapping[str, str]) -> None:
    """Raise ValidationError where the database changed a text that is paid for.

    MySQL and MariaDB put "?" for a letter that the column's character set lacks.
    """
    for pk, prompt in kept.items():
        ordered = prompts.get(pk, pk)  # or its key is another one by now
        if prompt != ordered:
            raise ValidationError(
                _("The shop's database cannot keep all letters of this text: %(prompt)s"),
                params={"prompt": ordered},
            )


def refuse_prompts_of_others(keys: Iterable[Any], chosen: Plan) -> None:
    """Raise ValidationError for a wording that would be paid for without being used.

    Where more was chosen than is read, nobody can tell whose it is.
    """
    skipped = (one.picture for one in chosen.skipped)
    unknown = {str(key) for key in keys} - {one.pk for one in (*chosen.accepted, *skipped)}
    if unknown and not chosen.unread:
        text = f"No image of these has the primary key: {', '.join(sorted(unknown))}."
        raise ValidationError({"prompts": text})


def refuse_odd_prompts(texts: Iterable[Any]) -> None:
    """Raise ValidationError for what no database keeps, and, as the form does, for what would be
    cut."""
    for text in texts:
        if not isinstance(text, str) or NO_LETTERS.search(text):
            raise ValidationError({"prompt": "A prompt is a text, of whole letters."})
        if len(text.strip()) > PROMPT_MAX_LENGTH:
            words = {"most": PROMPT_MAX_LENGTH}
            raise ValidationError(
                {"prompt": _("A prompt has at most %(most)d characters.") % words}
            )


def refuse_unknown_choices(batch: IsolationBatch) -> None:
    """Raise ValidationError, with a message for the person who chose."""
    if batch.aspect_ratio not in AspectRatio.values:
        raise ValidationError({"aspect_ratio": _("Choose one of the listed aspect ratios.")})
    if batch.resolution not in Resolution.values:
        raise ValidationError({"resolution": _("Choose one of the listed resolutions.")})
    if not imaging.may_open(Resolution(batch.resolution).most_pixels):
        text = _("Results of this size cannot be opened here: choose less, or ask your developer.")
        raise ValidationError({"resolution": text})
