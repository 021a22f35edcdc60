"""The confirm page of a selection: what will be sent, what is left out and why, what it costs.

Each GET shows it as it is now; a POST orders it. No network call, no file opened, and the same few
queries for 1 image or 500.
"""

import posixpath
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from django_product_isolation.conf import get_settings
from django_product_isolation.host.access.sites import frame_of
from django_product_isolation.host.previews import SMALL
from django_product_isolation.models import IsolationBatch, Preset, Selection
from django_product_isolation.reasons import sentence_of
from django_product_isolation.workflow import (
    BudgetExceeded,
    NothingToIsolate,
    Options,
    Plan,
    Quote,
    create_batch,
)
from django_product_isolation.workflow.restore_requests import shown_runs

from . import formatting, permissions
from .addresses import page_url
from .decorators import staff_page
from .left_out import urls_of_open, warn_about_skipped
from .marketplaces import expected_of, told
from .order import OrderContext, load_order, starting_values
from .order_costs import CostSummary, over_budget, over_limit, summarize_costs
from .order_form import OrderForm, distinct_names, field_of
from .pictures import image_picture_url

MAX_PICTURES_SHOWN = 60
UNTOLD = "untold"  # the error's code where warnings were not shown beside the button yet
MAX_FILES_SHOWN = 5  # that several images share
MAX_NAMES_SHOWN = 500  # in each list of names; how many more there are is said


def find_order(pk: UUID) -> "tuple[Selection | IsolationBatch | None, str]":
    """The batch that was ordered of that selection, else the selection; and its model's label."""
    batch = IsolationBatch.objects.filter(pk=pk).first()
    found = batch or Selection.objects.filter(pk=pk).first()
    return found, found.model_label if found else ""


@staff_page(permissions.ISOLATE, find=find_order)
def confirm(request: HttpRequest, found: Selection | IsolationBatch) -> HttpResponseBase:
    """Show what would be ordered; a POST orders it. Of one selection there is one order."""
    if isinstance(found, IsolationBatch):
        messages.info(request, _("These images were ordered already. Nothing was ordered twice."))
        return redirect(page_url(request, "progress", found.pk))
    context = load_order(request, found)
    form = make_form(request, context)
    if form.is_bound and form.has_error("preset"):
        form.forget_preset()
    elif form.is_bound and form.is_valid():
        batch = place_order(request, form, context)
        # Or the other half of a double click was faster, and is all that has changed.
        if batch or IsolationBatch.objects.filter(pk=found.pk).exists():
            return redirect(page_url(request, "progress", found.pk))
        context = load_order(request, found)
    return confirm_page(request, form, context)


def make_form(request: HttpRequest, context: OrderContext) -> OrderForm:
    """The form as posted; or with its first values, when it was opened or a preset was selected."""
    presets, posted = list(Preset.objects.all()), request.POST
    asked_for = request.GET.get("preset")
    chosen = posted.get("preset", "")
    is_refilled = "fill_in" in posted or chosen != posted.get("filled_from", "")
    # One that was deleted in the meantime fills in nothing: the form says so.
    is_refilled = is_refilled and chosen in ("", *(str(preset.pk) for preset in presets))
    if is_refilled:
        asked_for = chosen
    start = starting_values(context, presets, asked_for)
    if is_refilled:
        brought: dict[str, str] = start.get("prompts", {})
        start["prompts"] = {
            p.pk: posted.get(field_of(p), brought.get(p.pk, "")) for p in context.plan.accepted
        }
        messages.info(request, _("The preset was filled in. Nothing was ordered yet."))
    settings = get_settings()
    return OrderForm(
        posted if request.method == "POST" and not is_refilled else None,
        start=start,
        pictures=context.plan.accepted,
        presets=presets,
        must_review=permissions.must_review(request),
        some_may_wait=settings.reviews_doubtful or settings.evaluation_price is not None,
    )


def place_order(
    request: HttpRequest, form: OrderForm, context: OrderContext
) -> IsolationBatch | None:
    """Order the accepted images, if they are what the button said.

    None when they are not, or it cannot be done now; errors of the form then say why.
    """
    said = Quote.read(form.cleaned_data["quote"])
    changes = said.changes_to(context.quote) if said else None
    if changes and not form.names_products():
        changes = replace(changes, renamed=frozenset())  # no word of what is sent is another
    if changes is None or changes:
        for sentence in formatting.what_changed(changes):
            form.add_error(None, sentence)
        form.word_for_several(said.images if said else ())
        return None
    if over_limit(context.plan):
        return None  # the page says so
    warnings = told(expected_of(context.plan.target, form))
    if warnings and form.cleaned_data["told"] != warnings:
        text = _(
            "Nothing was ordered yet: see what marketplaces will not take, then order, or "
            "change it."
        )
        form.add_error(None, ValidationError(text, code=UNTOLD))
        return None
    try:
        options = Options(user=request.user, token=context.selection.pk, **form.options())
        batch = create_batch(context.plan, options)
    except NothingToIsolate:
        form.add_error(None, _("None of these images can be isolated now."))
    except ValidationError as error:
        form.add_error(None, error)
    except BudgetExceeded as error:
        form.add_error(None, over_budget(error, permissions.has_spending_permission(request)))
    else:
        warn_about_skipped(request, context.plan.target, batch.skipped)
        return batch
    return None


def confirm_page(request: HttpRequest, form: OrderForm, context: OrderContext) -> TemplateResponse:
    """The page of the selection as it is now."""
    plan = context.plan
    costs = summarize_costs(plan, permissions.has_spending_permission(request))
    warnings = expected_of(plan.target, form)
    images = formatting.images(len(plan.accepted))
    title = _("Isolate %(images)s") if plan.accepted else _("Nothing to isolate")
    values = {
        **frame_of(context.site, request),
        **image_lists(plan, form),
        "skipped": skipped_by_reason(request, plan),
        "title": title % {"images": images},
        "images_name": context.model._meta.verbose_name_plural,
        # Some themes lead from these to the list, which a model without an admin has not.
        **({"opts": context.model_admin.opts} if context.model_admin else {}),
        "order": context,
        "form": form,
        "plan": plan,
        "images": images,
        "quote": context.quote,
        "costs": costs,
        "problems": problems(form, costs),
        "example": example(form),
        "warnings": warnings,
        "told": told(warnings),
        "is_untold": form.is_bound and form.has_error(NON_FIELD_ERRORS, UNTOLD),
    }
    return TemplateResponse(request, "admin/product_isolation/confirm.html", values)


def problems(form: OrderForm, costs: CostSummary) -> Sequence[str]:
    """Why nothing was or can be ordered, each once."""
    said = [str(error) for error in form.non_field_errors()]
    if form.is_bound and any(name in form.errors for name in form.fields):
        said.append(_("Nothing was ordered. Please correct what is marked below."))
    return list(dict.fromkeys([*costs.obstacles, *said]))


def example(form: OrderForm) -> str:
    """The wording as it is sent for the first of several pictures; "" where it is the same."""
    if "{product}" not in form.template or len(form.pictures) < 2:
        return ""
    return form.template.replace("{product}", form.pictures[0].product)


def image_lists(plan: Plan, form: OrderForm) -> dict[str, Any]:
    """The page's lists of images: with a picture, by name only, and left out with the reason."""
    isolated = shown_runs(plan.target, {p.pk: p.name for p in plan.accepted})
    names = distinct_names(plan.accepted)
    pictures = [
        {
            "pk": picture.pk,
            "name": names[picture.pk],
            "url": image_picture_url(plan.target, picture, SMALL),
            "is_isolated": picture.pk in isolated,
        }
        for picture in plan.accepted[:MAX_PICTURES_SHOWN]
    ]
    urls = {picture["pk"]: picture["url"] for picture in pictures}
    return {
        "pictures": pictures,
        **named_only("unworded", [(names[picture.pk], own) for picture, own in form.unworded()]),
        "worded": [(urls.get(picture.pk, ""), field) for picture, field in form.worded()],
        **named_only("further", [names[p.pk] for p in plan.accepted[MAX_PICTURES_SHOWN:]]),
        "isolated_already": len(isolated),
        "shared": shared_files(plan),
    }


def shared_files(plan: Plan) -> list[str]:
    """The files that several of the images show, with how many do."""
    said = [f"{posixpath.basename(name)} ({n})" for name, n in plan.shared[:MAX_FILES_SHOWN]]
    return [*said, "…"] if len(plan.shared) > MAX_FILES_SHOWN else said


def named_only(key: str, names: Sequence[Any]) -> dict[str, Any]:
    """A list of the page without pictures: its length, what is shown of it, and how many more."""
    shown, more = names[:MAX_NAMES_SHOWN], max(0, len(names) - MAX_NAMES_SHOWN)
    return {key: shown, f"{key}_count": len(names), f"{key}_unshown": more}


def skipped_by_reason(
    request: HttpRequest, plan: Plan
) -> list[tuple[str, list[tuple[str, str]], int]]:
    """What is left out: for each reason its id, a sentence about each image and where to go on
    with it, and how many more."""
    urls = urls_of_open(request, plan.target, plan.skipped)
    sentences: dict[str, list[tuple[str, str]]] = {}
    for skipped in plan.skipped:
        sentence = sentence_of(skipped.reason, skipped.picture.label)
        url = urls.get(skipped.picture.pk, "")
        sentences.setdefault(skipped.reason.value, []).append((sentence, url))
    return [
        (reason, said[:MAX_NAMES_SHOWN], max(0, len(said) - MAX_NAMES_SHOWN))
        for reason, said in sorted(sentences.items())
    ]
