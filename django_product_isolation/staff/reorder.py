"""Images of earlier runs isolated again: ``retry`` as they were asked for, ``redo`` with changes.

``retry`` spends money at once, so its button states the price; ``redo`` leads to the confirm page.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.host import Skipped, column_named, shown_rows
from django_product_isolation.host.access.policies import valid_keys
from django_product_isolation.host.access.sites import find_model, get_admin_site
from django_product_isolation.marketplaces import place_called
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import (
    BudgetExceeded,
    NothingToIsolate,
    Options,
    Plan,
    Quote,
    create_batch,
    plan,
    quote_of_runs,
)
from django_product_isolation.workflow.review import NOTE_MAX_LENGTH, note
from django_product_isolation.workflow.start import PROMPT_MAX_LENGTH

from . import formatting, permissions, visibility
from .addresses import batch_page_url, page_url
from .left_out import warn_about, warn_about_skipped
from .order_costs import over_budget
from .selections import select
from .targets import can_isolate, find_target

NOT_NAMED = gettext_lazy("This kind of image is no longer isolated here. Ask your developer.")
NONE_POSSIBLE = gettext_lazy("None of these images can be isolated now.")
Notes = Mapping[uuid.UUID, str]

WITHOUT_RESULT = frozenset({Status.FAILED, Status.CANCELLED})
# The same file comes to the same end.
NEEDS_UPLOAD = frozenset(
    {
        Reason.SOURCE_MISSING,
        Reason.SOURCE_UNREADABLE,
        Reason.SOURCE_TOO_LARGE,
        Reason.IMAGE_DELETED,
        Reason.IMAGE_HIDDEN,
    }
)
UNUSED = WITHOUT_RESULT | {Status.REJECTED, Status.RESTORED, Status.SUPERSEDED}
# The ids of retried batches are derived under it: no id of anything else comes out the same.
RETRY = uuid.UUID("5c0b2e2c-8a55-4b0e-9f0e-6c1a4d6f7b21")


def has_no_result(run: IsolationRun) -> bool:
    return run.status in WITHOUT_RESULT


def may_be_tried_again(run: IsolationRun) -> bool:
    """Whether the same order could end in another way."""
    return has_no_result(run) and run.reason not in NEEDS_UPLOAD


def has_ended_unused(run: IsolationRun) -> bool:
    """Whether the run is over and its image shows nothing of it."""
    return run.status in UNUSED


def newer_runs(runs: Sequence[IsolationRun]) -> dict[uuid.UUID, IsolationRun]:
    """By the keys of those of ``runs`` whose image was sent again since: its latest run.

    One query, and no row read of a batch that nobody ordered again. Clocks of servers differ: what
    is open is newer than what has ended, whatever they say.
    """
    if not runs:
        return {}
    since = min(run.batch.created_at for run in runs)
    images = IsolationRun.objects.filter(object_pk__in={run.object_pk for run in runs})
    later = images.filter(Q(batch__created_at__gt=since) | Q(status__in=OPEN_STATUSES))
    in_time = sorted(
        later.select_related("batch"), key=lambda run: (run.is_open, run.batch.created_at)
    )
    latest = {image_of(run): run for run in in_time}
    found = ((run, latest.get(image_of(run))) for run in runs)
    return {run.pk: newer for run, newer in found if newer and is_newer(newer, run)}


def is_newer(one: IsolationRun, other: IsolationRun) -> bool:
    """Of the runs of one image, of which one is open at a time."""
    is_later = one.batch.created_at > other.batch.created_at
    return is_later or (one.is_open and not other.is_open)


def shows_another(runs: Iterable[IsolationRun]) -> set[uuid.UUID]:
    """Those of ``runs`` whose image shows another file than the one that they were about; a query
    for each kind of image."""
    found = set[uuid.UUID]()
    by_kind: dict[tuple[str, str], list[IsolationRun]] = {}
    for run in runs:
        by_kind.setdefault((run.batch.model_label, run.batch.field_name), []).append(run)
    for (label, field), same in by_kind.items():
        if target := find_target(label, field):
            keys = valid_keys(target.model, {run.object_pk for run in same})
            shown = target.pictures(shown_rows(target.model).filter(pk__in=keys))
            names = {picture.pk: picture.name for picture in shown}
            found |= {run.pk for run in same if names.get(run.object_pk) != run.source_name}
    return found


def without_image(runs: Iterable[IsolationRun]) -> set[uuid.UUID]:
    """Those of ``runs`` whose image is gone, or hidden by the shop; a query for each model."""
    found = set[uuid.UUID]()
    by_model: dict[str, list[IsolationRun]] = {}
    for run in runs:
        by_model.setdefault(run.batch.model_label, []).append(run)
    for label, same in by_model.items():
        if model := find_model(label):
            shown = visibility.existing(shown_rows(model), {run.object_pk for run in same})
            found |= {run.pk for run in same if run.object_pk not in shown}
    return found


def image_of(run: IsolationRun) -> tuple[str, str]:
    """What tells one image of the shop's from all others."""
    return column_named(run.batch.model_label, run.batch.field_name), run.object_pk


def notes_of(request: HttpRequest, runs: Sequence[IsolationRun]) -> Notes:
    """The notes posted with the request, by the key of the run that each is about."""
    written = ((run.pk, request.POST.get(f"note-{run.pk}", "").strip()) for run in runs)
    return {pk: text[:NOTE_MAX_LENGTH] for pk, text in written if text}


def retry(request: HttpRequest, runs: Sequence[IsolationRun], notes: Notes) -> str:
    """Order the runs' images once more, with the same settings; returns the new batch's page.

    The runs are of one batch. Those that were ordered again already are not ordered twice.
    Returns "" when nothing could be ordered; a message says why.
    """
    newer = newer_runs(runs)
    gone = without_image(run for run in runs if run.pk not in newer)
    there = [run for run in runs if run.pk not in newer and run.pk not in gone]
    replaced = shows_another(there)
    left = [run for run in there if run.pk not in replaced]
    unshown = [(run.label, Reason.NOT_SHOWN) for run in runs if run.pk in gone]
    unshown += [(run.label, Reason.SHOWS_ANOTHER) for run in there if run.pk in replaced]
    if not left and newer:
        warn_about(request, unshown)
        messages.info(request, _("These images were ordered already. Nothing was ordered twice."))
        return batch_page_url(request, next(newer[run.pk] for run in runs if run.pk in newer))
    if not left:
        warn_about(request, unshown)
        messages.error(request, NONE_POSSIBLE)
        return ""
    said = Quote.read(request.POST.get("quote", ""))
    changes = said.changes_to(quote_of_runs(left)) if said else None
    # Fewer than the button said are fine, and are named: somebody else ordered the others.
    if changes is None or changes.price or changes.more or changes.ordered:
        for sentence in formatting.what_changed(changes):
            messages.error(request, sentence)
        return ""
    try:
        batch = isolate_again(request, left)
    except BudgetExceeded as error:
        messages.error(request, over_budget(error, permissions.has_spending_permission(request)))
    except NothingToIsolate as error:
        warn_about_skipped(request, left[0].target, error.skipped)
        messages.error(request, NONE_POSSIBLE)
    except ImproperlyConfigured:
        messages.error(request, NOT_NAMED)
    else:
        before = [(run.label, Reason.ORDERED_ALREADY) for run in runs if run.pk in newer]
        warn_about(request, [*before, *unshown])
        warn_about_skipped(request, left[0].target, batch.skipped)
        return page_url(request, "progress", batch.pk)
    return ""


def isolate_again(request: HttpRequest, runs: Sequence[IsolationRun]) -> IsolationBatch:
    """Isolate the runs' images with the settings of their batch and with each run's own prompt.

    Raises what isolate() raises.
    """
    before = runs[0].batch
    model = find_model(before.model_label)
    if model is None:
        raise ImproperlyConfigured(before.model_label)
    images = shown_rows(model).filter(pk__in=[run.object_pk for run in runs])
    options = Options(
        prompt="",  # of the runs that had none
        prompts={run.object_pk: run.prompt for run in runs},
        aspect_ratio=before.aspect_ratio,
        resolution=before.resolution,
        review=before.review or permissions.must_review(request),
        tolerated_findings=before.tolerated_findings,
        places=[one for one in before.places if place_called(one)],
        user=request.user,
        token=token_for(runs),
    )
    return create_batch(only_their_files(plan(images, field=before.field_name), runs), options)


def only_their_files(chosen: Plan, runs: Sequence[IsolationRun]) -> Plan:
    """The plan without those images that show another file by now than the run was about: nobody
    asked for that one, nor with these words."""
    were = {run.object_pk: run.source_name for run in runs}
    same = [picture for picture in chosen.accepted if picture.name == were[picture.pk]]
    others = [picture for picture in chosen.accepted if picture.name != were[picture.pk]]
    left_out = [Skipped(picture, Reason.SHOWS_ANOTHER) for picture in others]
    return replace(chosen, accepted=same, skipped=[*chosen.skipped, *left_out])


def token_for(runs: Sequence[IsolationRun]) -> uuid.UUID:
    """The id of the batch in which ``runs`` are retried: the same however often it is asked for."""
    return uuid.uuid5(RETRY, " ".join(sorted(str(run.pk) for run in runs)))


def redo(request: HttpRequest, runs: Sequence[IsolationRun], notes: Notes) -> str:
    """Keep the notes and return the confirm page, which starts with what the runs were asked for.

    Spends nothing and changes no status: a result that waits is rejected when the order is placed.
    Runs of another kind of image than the first one's are left out; the user is told.
    """
    before = runs[0].batch
    model = find_model(before.model_label)
    if model is None or not can_isolate(before.model_label, before.field_name):
        messages.error(request, NOT_NAMED)
        return ""
    kind = (before.model_label, before.field_name)
    same = [run for run in runs if (run.batch.model_label, run.batch.field_name) == kind]
    if len(same) < len(runs):
        text = _("Only images of one kind can be ordered together; the others still wait.")
        messages.warning(request, text)
    for run in same:
        if text := notes.get(run.pk, ""):
            note(run, text, user=request.user)
    prompts = {run.object_pk: with_note(run.prompt, notes.get(run.pk, "")) for run in same}
    prefill = {
        "aspect_ratio": before.aspect_ratio,
        "resolution": before.resolution,
        "review": before.review,
        "places": before.places,
        # What any of their orders had wait, waits again.
        "tolerated_findings": tolerated_by_all(run.batch for run in same),
        **common_or_own(prompts),
    }
    return select(
        request,
        model,
        get_admin_site(request, before.model_label).name,
        list(prompts),
        prefill=prefill,
        redo_of=[run.pk for run in same],
        back=request.get_full_path(),
        field=before.field_name,
    ).url


def tolerated_by_all(batches: Iterable[IsolationBatch]) -> list[str]:
    """The ids of findings that none of the orders had hold a result back."""
    return sorted(set.intersection(*(set(batch.tolerated_findings) for batch in batches)))


def common_or_own(prompts: Mapping[str, str]) -> dict[str, Any]:
    """The prompt of all images, or where they differ each image's own."""
    different = set(prompts.values())
    return {"prompt": different.pop()} if len(different) == 1 else {"prompts": dict(prompts)}


def with_note(prompt: str, text: str) -> str:
    """The prompt with the note appended."""
    return ", ".join(filter(None, (prompt.strip(), text)))[:PROMPT_MAX_LENGTH]
