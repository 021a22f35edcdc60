"""The page between the tick and the money: what will be sent, what is left out, what it costs.

The page of one selection: reload, Back and a colleague with the address see it as it is now.
Does no network call, opens no file, and costs the same few queries for 1 image or 500.
"""

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.conf import get_settings
from django_product_isolation.models import IsolationBatch, Selection
from django_product_isolation.workflow import BudgetExceeded, NothingToIsolate, Plan, isolate, plan
from django_product_isolation.workflow.begin import PROMPT_MAX_LENGTH
from django_product_isolation.workflow.publish import applied_runs

from . import rights, wording
from .pictures import SMALL, image_picture_url
from .selections import is_target, site_called
from .sites import admin_of, changelist_url, find_model

MAX_PICTURES_SHOWN = 60


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

    def __init__(self, request: HttpRequest, initial: dict[str, Any]) -> None:
        super().__init__(request.POST if request.method == "POST" else None, initial=initial)
        # Where the shop wants results reviewed, only a reviewer may do without.
        if get_settings().REVIEW and not rights.may(request, rights.REVIEW):
            self.initial["review"] = True
            self.fields["review"].disabled = True

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


@never_cache
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """Draw what would be ordered; a POST orders it. Of one selection there is one order."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), reverse("admin:login"))
    if not rights.may(request, rights.ISOLATE):
        raise PermissionDenied
    if batch := IsolationBatch.objects.filter(pk=pk).first():
        messages.info(request, _("These images were begun already. Nothing was ordered twice."))
        return show(batch)
    desk = Desk.of(request, get_object_or_404(Selection, pk=pk))
    if not desk.allowed:
        raise PermissionDenied
    form = ConfirmForm(request, desk.start())
    if form.is_bound and form.is_valid():
        if ordered := order(request, form, desk):
            return show(ordered)
        desk = Desk.of(request, desk.selection)
    return draw(request, form, desk)


def show(batch: IsolationBatch) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("product_isolation:progress", args=[batch.pk]))


@dataclass(frozen=True)
class Desk:
    """A selection as it stands now, for the person who looks at it."""

    selection: Selection
    home: AdminSite
    model_admin: "ModelAdmin[Any] | None"
    images: QuerySet[Any]
    allowed: set[str]
    chosen: Plan

    @classmethod
    def of(cls, request: HttpRequest, selection: Selection) -> "Desk":
        """Raises Http404 when the shop no longer names the selection's model."""
        model = find_model(selection.model_label)
        if model is None or not is_target(model):
            raise Http404
        home = site_called(selection.site_name)
        model_admin = admin_of(model, home)
        rows = model_admin.get_queryset(request) if model_admin else model._base_manager.all()
        images = rows.filter(pk__in=selection.object_pks)
        allowed, forbidden = rights.changeable_images(model_admin, request, images)
        return cls(selection, home, model_admin, images, allowed, plan(images, forbidden=forbidden))

    def start(self) -> dict[str, Any]:
        """What the form starts with."""
        settings = get_settings()
        return {
            "prompt": settings.PROMPT,
            "aspect_ratio": settings.ASPECT_RATIO,
            "resolution": settings.RESOLUTION,
            "review": settings.REVIEW,
            **self.selection.prefill,
        }

    @property
    def back(self) -> str:
        """Where "take me back" leads."""
        if self.selection.back:
            return self.selection.back
        if self.model_admin:
            return changelist_url(self.model_admin)
        return reverse("admin:index", current_app=self.home.name)


def order(request: HttpRequest, form: ConfirmForm, desk: Desk) -> IsolationBatch | None:
    """Begin the accepted images. None when it cannot be done now; the form then says why."""
    chosen = desk.chosen
    if request.POST.get("price") != str(chosen.unit_price):
        form.add_error(None, _("The price has changed meanwhile. Look at the new total."))
        return None
    try:
        accepted = desk.images.filter(pk__in=[picture.pk for picture in chosen.accepted])
        batch = isolate(accepted, user=request.user, token=desk.selection.pk, **form.cleaned_data)
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


def draw(request: HttpRequest, form: ConfirmForm, desk: Desk) -> TemplateResponse:
    """The page of the selection as it is now."""
    request.current_app = desk.home.name
    chosen = desk.chosen
    images = wording.images(len(chosen.accepted))
    title = _("Isolate %(images)s") if chosen.accepted else _("Nothing to isolate")
    context = {
        **desk.home.each_context(request),
        **shown(chosen),
        "title": title % {"images": images},
        "opts": desk.images.model._meta,
        "back": desk.back,
        "unread": desk.selection.chosen - len(desk.selection.object_pks),
        "form": form,
        "chosen": chosen,
        "images": images,
        "price": str(chosen.unit_price),
        "unit_price": wording.money(chosen.unit_price),
        "total": wording.money(chosen.total),
        "is_sandbox": get_settings().is_sandbox,
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
