"""What a selection would order now: which of its images are there, may be changed, can be isolated.

Found out anew at every request, for the user who makes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest

from django_product_isolation.conf import get_settings
from django_product_isolation.host import shown_rows, without_dimensions
from django_product_isolation.host.access.frames import FramedModel
from django_product_isolation.host.access.sites import (
    admin_for,
    changelist_url,
    find_model,
    index_url,
)
from django_product_isolation.models import Preset, Selection
from django_product_isolation.models.presets import default_preset
from django_product_isolation.workflow import Plan, Quote, plan, quote_of
from django_product_isolation.workflow.start import render

from . import permissions
from .selections import site_called
from .targets import can_isolate


@dataclass(frozen=True)
class OrderContext:
    """A selection, what would be ordered of it, and the admin that it was made in."""

    selection: Selection
    model: type[Model]
    site: AdminSite
    model_admin: "ModelAdmin[Any] | FramedModel | None"
    plan: Plan
    home_url: str

    @property
    def quote(self) -> Quote:
        """Price and images as the button states them."""
        return quote_of(self.plan)

    @property
    def back(self) -> str:
        """The address that "No, take me back" leads to."""
        if self.selection.back:
            return self.selection.back
        listed = changelist_url(self.model_admin) if self.model_admin else ""
        return listed or self.home_url

    @property
    def unread(self) -> int:
        """How many images were selected beyond those that the selection keeps."""
        return self.selection.chosen - len(self.selection.object_pks)

    @property
    def missing(self) -> int:
        """How many images were deleted since, or are not shown to this user."""
        found = len(self.plan.accepted) + len(self.plan.skipped)
        return len(self.selection.object_pks) - found


def load_order(request: HttpRequest, selection: Selection) -> OrderContext:
    """Raises Http404 when the shop no longer names the model, PermissionDenied when the user may
    change none of the images."""
    model = find_model(selection.model_label)
    if model is None or not can_isolate(selection.model_label, selection.field_name):
        raise Http404
    site = site_called(request, selection.site_name, selection.model_label)
    model_admin = admin_for(request, model, site)
    # The same ones each time, whatever order the shop gives its rows.
    there = shown_rows(model).filter(pk__in=selection.object_pks).order_by("pk")
    allowed, forbidden = permissions.changeable_images(request, there)
    if not allowed and (
        there.exists() or not permissions.has_change_permission(request, selection.model_label)
    ):
        raise PermissionDenied
    images = without_dimensions(model).filter(pk__in=allowed | forbidden)
    # A result that waits is rejected by the order, which takes a reviewer.
    redo_of = (
        map(UUID, selection.redo_of)
        if permissions.has_any_permission(request, permissions.REVIEW)
        else ()
    )
    # Whatever was not looked at is not allowed either.
    forbidden |= set(selection.object_pks) - allowed
    found = plan(images, field=selection.field_name, forbidden=forbidden, redo_of=list(redo_of))
    place = {pk: number for number, pk in enumerate(selection.object_pks)}
    as_selected = replace(
        found,
        accepted=sorted(found.accepted, key=lambda picture: place.get(picture.pk, 0)),
        skipped=sorted(found.skipped, key=lambda skipped: place.get(skipped.picture.pk, 0)),
    )
    return OrderContext(selection, model, site, model_admin, as_selected, index_url(site, request))


def starting_values(
    context: OrderContext, presets: Sequence[Preset], asked_for: str | None
) -> dict[str, Any]:
    """What the form starts with: a preset that was asked for ("" for none), what the selection
    brought along, the default preset of category or model, the settings."""
    settings = get_settings()
    values: dict[str, Any] = {
        "prompt": settings.PROMPT,
        "aspect_ratio": settings.ASPECT_RATIO,
        "resolution": settings.RESOLUTION,
        "review": settings.reviews_all,
        "places": [],
        "tolerated_findings": [],
    }
    preset = next((p for p in presets if str(p.pk) == asked_for), None)
    if asked_for is None and not context.selection.prefill:
        preset = default_preset(presets, context.plan.target.label, categories_of(context, presets))
    values |= context.selection.prefill
    if preset:
        values |= {**preset.values, "preset": preset.pk, "filled_from": preset.pk}
    if len(context.plan.accepted) == 1:
        (picture,) = context.plan.accepted
        own = values.get("prompts", {}).get(picture.pk)
        values["prompt"] = render(own or values["prompt"], picture)
    return values


def categories_of(context: OrderContext, presets: Sequence[Preset]) -> set[str]:
    """The categories that all accepted images share; not looked up where no preset asks."""
    target = context.plan.target
    if not any(p.default_model == target.label and p.default_category for p in presets):
        return set()
    return target.categories([picture.pk for picture in context.plan.accepted])
