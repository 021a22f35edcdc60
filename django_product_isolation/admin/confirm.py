"""The page between the tick and the money: what will be sent, what is left out, what it costs.

One function draws the page and acts on the page's own POST, as Django's delete_selected does.
Does no network call, opens no file, and costs the same few queries for 1 image or 500.
"""

import uuid
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationBatch
from django_product_isolation.workflow import BudgetExceeded, NothingToIsolate, Plan, isolate, plan
from django_product_isolation.workflow.begin import PROMPT_MAX_LENGTH
from django_product_isolation.workflow.publish import applied_runs

from . import rights, wording
from .pictures import SMALL, image_picture_url

MAX_PICTURES_SHOWN = 60
# The posted field that tells the page's own POST from the action's first one.
CONFIRMED = "confirmed"


class ConfirmForm(forms.Form):
    """What staff choose for all images of the batch."""

    prompt = forms.CharField(
        label=gettext_lazy("What to isolate"),
        required=False,
        max_length=PROMPT_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "{product} becomes the product's name. Leave it empty and the model chooses."
        ),
    )
    aspect_ratio = forms.ChoiceField(
        label=gettext_lazy("Shape"), choices=AspectRatio.choices, widget=forms.RadioSelect
    )
    resolution = forms.ChoiceField(
        label=gettext_lazy("Size"),
        choices=Resolution.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("The long side of the result."),
    )
    review = forms.BooleanField(
        label=gettext_lazy("Review before publishing"),
        required=False,
        help_text=gettext_lazy("The product keeps its image until somebody approves the result."),
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest) -> None:
        settings = get_settings()
        super().__init__(
            request.POST if CONFIRMED in request.POST else None,
            initial={
                "prompt": settings.PROMPT,
                "aspect_ratio": settings.ASPECT_RATIO,
                "resolution": settings.RESOLUTION,
                "review": settings.REVIEW,
                "token": uuid.uuid4(),
            },
        )
        # Where the shop wants results reviewed, only a reviewer may do without.
        must_review = settings.REVIEW and not rights.may(request, rights.REVIEW)
        self.fields["review"].disabled = must_review

    def shapes(self) -> list[tuple[Any, "Shape"]]:
        """Each aspect ratio's radio button with a drawing of it."""
        return [(radio, Shape.of(radio.data["value"])) for radio in self["aspect_ratio"]]


@dataclass(frozen=True)
class Shape:
    """A rectangle in the middle of a box of 36 by 36."""

    x: float
    y: float
    width: int
    height: int

    @classmethod
    def of(cls, aspect_ratio: str) -> "Shape":
        fraction = AspectRatio(aspect_ratio).fraction
        width, height = round(32 * min(1, fraction)), round(32 / max(1, fraction))
        return cls((36 - width) / 2, (36 - height) / 2, width, height)


def confirm_isolation(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, images: QuerySet[Any]
) -> HttpResponseBase:
    """Draw the confirm page for ``images``; on its own POST begin them and show the batch."""
    form = ConfirmForm(request)
    if form.is_bound:
        # Only what the page named and priced, whatever else the POST says of all rows.
        images = images.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
    _allowed, forbidden = rights.changeable_images(model_admin, request, images)
    chosen = plan(images, forbidden=forbidden)
    if form.is_bound and form.is_valid():
        if batch := begin(request, form, chosen, images):
            return HttpResponseRedirect(reverse("product_isolation:progress", args=[batch.pk]))
        chosen = plan(images, forbidden=forbidden)
    return draw(model_admin, request, form, chosen)


def begin(
    request: HttpRequest, form: ConfirmForm, chosen: Plan, images: QuerySet[Any]
) -> IsolationBatch | None:
    """Begin the accepted images, or the batch begun before with this token.

    None when it cannot be done now; the form then says why.
    """
    options = dict(form.cleaned_data)
    if same := IsolationBatch.objects.filter(pk=options["token"]).first():
        messages.info(request, _("These images were begun already. Nothing was ordered twice."))
        return same
    if request.POST.get("price") != str(chosen.unit_price):
        form.add_error(None, _("The price has changed meanwhile. Look at the new total."))
        return None
    try:
        accepted = images.filter(pk__in=[picture.pk for picture in chosen.accepted])
        batch = isolate(accepted, user=request.user, **options)
    except NothingToIsolate:
        form.add_error(None, _("None of these images can be isolated now."))
    except BudgetExceeded as error:
        form.add_error(None, over_budget(error))
    else:
        sentences = [wording.explain(s.picture.label, s.reason) for s in chosen.skipped]
        for sentence in wording.shorten(sentences):
            messages.warning(request, sentence)
        return batch
    return None


def over_budget(error: BudgetExceeded) -> str:
    text = _(
        "This costs %(total)s, but only %(left)s of the budget is left. Nothing was sent. "
        "Choose fewer images, or ask whoever keeps the budget."
    )
    return text % {"total": wording.money(error.total), "left": wording.money(error.left)}


def draw(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, form: ConfirmForm, chosen: Plan
) -> TemplateResponse:
    """The page for ``chosen``."""
    request.current_app = model_admin.admin_site.name
    images = wording.images(len(chosen.accepted))
    title = _("Isolate %(images)s") if chosen.accepted else _("Nothing to isolate")
    context = {
        **model_admin.admin_site.each_context(request),
        **shown(chosen),
        "title": title % {"images": images},
        "opts": model_admin.opts,
        "form": form,
        "chosen": chosen,
        "images": images,
        "price": str(chosen.unit_price),
        "unit_price": wording.money(chosen.unit_price),
        "total": wording.money(chosen.total),
        "is_sandbox": get_settings().is_sandbox,
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
        "confirmed": CONFIRMED,
    }
    return TemplateResponse(request, "product_isolation/confirm.html", context)


def shown(chosen: Plan) -> dict[str, Any]:
    """What stands on the page about each image: as a picture, by its name, or left out and why."""
    isolated = applied_runs(chosen.target, {p.pk: p.name for p in chosen.accepted})
    pictures = [
        {
            "name": picture.label,
            "url": image_picture_url(chosen.target, picture, SMALL),
            "is_isolated": picture.pk in isolated,
        }
        for picture in chosen.accepted[:MAX_PICTURES_SHOWN]
    ]
    return {
        "pictures": pictures,
        "further": chosen.accepted[MAX_PICTURES_SHOWN:],
        "isolated_already": len(isolated),
        "skipped": skipped_by_reason(chosen),
    }


def skipped_by_reason(chosen: Plan) -> list[tuple[str, list[str]]]:
    """What is left out: for each reason its id and a sentence about each image."""
    by_reason = sorted(chosen.skipped, key=lambda skipped: skipped.reason.value)
    return [
        (reason.value, [wording.explain(skipped.picture.label, reason) for skipped in group])
        for reason, group in groupby(by_reason, key=lambda skipped: skipped.reason)
    ]
