"""The page between the tick and the money: what will be sent, what is left out, what it costs.

The page of one selection: reload, Back and a colleague with the address see it as it is now.
Does no network call, opens no file, and costs the same few queries for 1 image or 500.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from django_product_isolation.conf import get_settings
from django_product_isolation.host.access.sites import frame_of
from django_product_isolation.models import IsolationBatch, Preset, Selection
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
from .order import OrderContext, load_order, starting_values
from .order_costs import Costs, costs_of, over_budget, over_limit
from .order_form import OrderForm, distinct_names, field_of
from .picture_urls import SMALL, image_picture_url

MAX_PICTURES_SHOWN = 60


@never_cache
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Draw what would be ordered; a POST orders it. Of one selection there is one order."""
    selection = Selection.objects.filter(pk=pk).first()
    label = selection.model_label if selection else ""
    if away := permissions.turned_away(request, permissions.ISOLATE, model_label=label):
        return away
    if batch := IsolationBatch.objects.filter(pk=pk).first():
        messages.info(request, _("These images were begun already. Nothing was ordered twice."))
        return lead_to(batch)
    if selection is None:
        raise Http404
    desk = load_order(request, selection)
    form = make_form(request, desk)
    if form.is_bound and form.is_valid():
        # Or the other half of a double click was faster, and is all that has changed.
        begun = begin(request, form, desk) or IsolationBatch.objects.filter(pk=pk).first()
        if begun:
            return lead_to(begun)
        desk = load_order(request, desk.selection)
    return draw(request, form, desk)


def lead_to(batch: IsolationBatch) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("product_isolation:progress", args=[batch.pk]))


def make_form(request: HttpRequest, desk: OrderContext) -> OrderForm:
    """The form as posted; or with its first values, when it was opened or a preset was chosen."""
    presets, posted = list(Preset.objects.all()), request.POST
    asked_for = request.GET.get("preset")
    is_refilled = "fill_in" in posted or posted.get("preset", "") != posted.get("filled_from", "")
    if is_refilled:
        asked_for = posted.get("preset", "")
    start = starting_values(desk, presets, asked_for)
    if is_refilled:
        brought: dict[str, str] = start.get("prompts", {})
        start["prompts"] = {
            p.pk: posted.get(field_of(p), brought.get(p.pk, "")) for p in desk.chosen.accepted
        }
        messages.info(request, _("The preset was filled in. Nothing was ordered yet."))
    return OrderForm(
        posted if request.method == "POST" and not is_refilled else None,
        start=start,
        pictures=desk.chosen.accepted,
        presets=presets,
        # Where the shop wants results reviewed, only a reviewer may do without.
        must_review=get_settings().REVIEW and not permissions.may(request, permissions.REVIEW),
    )


def begin(request: HttpRequest, form: OrderForm, desk: OrderContext) -> IsolationBatch | None:
    """Begin the accepted images, if they are what the button said.

    None when they are not, or it cannot be done now; the page then says why.
    """
    chosen = desk.chosen
    said = Quote.read(form.cleaned_data["quote"])
    changes = said.changes_to(desk.quote) if said else None
    if changes is None or changes:
        for sentence in formatting.what_changed(changes):
            form.add_error(None, sentence)
        form.word_for_several(said.images if said else ())
        return None
    if over_limit(chosen):
        return None  # the page says so
    try:
        batch = create_batch(
            chosen,
            Options(user=request.user, token=desk.selection.pk, **form.options()),
        )
    except NothingToIsolate:
        form.add_error(None, _("None of these images can be isolated now."))
    except BudgetExceeded as error:
        form.add_error(None, over_budget(error, permissions.may_see_spending(request)))
    else:
        for sentence in formatting.shorten(formatting.left_out(batch.skipped)):
            messages.warning(request, sentence)
        return batch
    return None


def draw(request: HttpRequest, form: OrderForm, desk: OrderContext) -> TemplateResponse:
    """The page of the selection as it is now."""
    chosen = desk.chosen
    costs = costs_of(chosen, permissions.may_see_spending(request))
    images = formatting.images(len(chosen.accepted))
    title = _("Isolate %(images)s") if chosen.accepted else _("Nothing to isolate")
    context = {
        **frame_of(desk.home, request),
        **shown(chosen, form),
        "title": title % {"images": images},
        "images_name": desk.model._meta.verbose_name_plural,
        # Some themes lead from these to the list, which a model without an admin has not.
        **({"opts": desk.model_admin.opts} if desk.model_admin else {}),
        "desk": desk,
        "form": form,
        "chosen": chosen,
        "images": images,
        "quote": desk.quote,
        "costs": costs,
        "problems": problems(form, costs),
        "example": example(form),
        "is_sandbox": get_settings().is_sandbox,
    }
    return TemplateResponse(request, "product_isolation/confirm.html", context)


def problems(form: OrderForm, costs: Costs) -> Sequence[str]:
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


def shown(chosen: Plan, form: OrderForm) -> dict[str, Any]:
    """What stands on the page about each image: as a picture, by its name, or left out and why."""
    isolated = shown_runs(chosen.target, {p.pk: p.name for p in chosen.accepted})
    names = distinct_names(chosen.accepted)
    pictures = [
        {
            "pk": picture.pk,
            "name": names[picture.pk],
            "url": image_picture_url(chosen.target, picture, SMALL),
            "is_isolated": picture.pk in isolated,
        }
        for picture in chosen.accepted[:MAX_PICTURES_SHOWN]
    ]
    urls = {picture["pk"]: picture["url"] for picture in pictures}
    return {
        "pictures": pictures,
        "unworded": [(names[picture.pk], own) for picture, own in form.unworded()],
        "worded": [(urls.get(picture.pk, ""), field) for picture, field in form.worded()],
        "further": [names[picture.pk] for picture in chosen.accepted[MAX_PICTURES_SHOWN:]],
        "isolated_already": len(isolated),
        "skipped": skipped_by_reason(chosen),
    }


def skipped_by_reason(chosen: Plan) -> list[tuple[str, list[str]]]:
    """What is left out: for each reason its id and a sentence about each image."""
    by_reason = sorted(chosen.skipped, key=lambda skipped: skipped.reason.value)
    return [
        (reason.value, [formatting.explain(skipped.picture.label, reason) for skipped in group])
        for reason, group in groupby(by_reason, key=lambda skipped: skipped.reason)
    ]
