"""The images' inlines on the product's page: a read-only column with badge and buttons.

One query for all rows of an inline, tabular or stacked.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.forms import BaseModelFormSet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from django_product_isolation.host import get_targets, target_for
from django_product_isolation.host.permissions import allowed

from . import rights
from .derived import extend
from .image_page import controls
from .states import COLUMN, StateColumn

if TYPE_CHECKING:
    ImageInline = InlineModelAdmin[Any, Any]
    ProductModelAdmin = ModelAdmin[Any]
    RowFormSet = BaseModelFormSet[Any, Any]
else:
    ImageInline = ProductModelAdmin = RowFormSet = object


class ControlsColumn(StateColumn):
    """Badge and buttons of each row of an inline."""

    _changeable: set[str] | None = None

    def changeable(self) -> set[str]:
        """The keys of the rows whose images the user may change; looked up together."""
        if self._changeable is None:
            pks = [row.pk for row in self.images if row.pk is not None]
            self._changeable = allowed(self.request, "change", self.model_admin.model, pks)
        return self._changeable

    def __call__(self, image: Any) -> str:
        if image.pk is None or image._state.adding:
            return ""
        run, target = self.run_of(image), target_for(type(image))
        may_change = str(image.pk) in self.changeable()
        context = controls(self.request, target, image, run, may_change=may_change)
        drawn = render_to_string("product_isolation/image_controls.html", context)
        return SafeString(f'<span class="isolation isolation-row">{context["badge"]}{drawn}</span>')


class RememberRows(RowFormSet):
    """A formset that tells the column of which images it will be asked."""

    isolation_column: StateColumn

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        self.isolation_column.images = rows
        return rows


class StateInInline(ImageInline):
    """What an inline of the host's images learns. ``isolation_column = False`` leaves it out."""

    _column: ControlsColumn | None = None

    class Media:
        css = {"all": ("product_isolation/product_isolation.css",)}

    def column_for(self, request: HttpRequest) -> ControlsColumn | None:
        """The one column of this request; None for those it is not for."""
        if not getattr(self, "isolation_column", True) or not rights.may_see_pictures(request):
            return None
        if self._column is None or self._column.request is not request:
            self._column = ControlsColumn(COLUMN, self, request)
        return self._column

    def isolation_state(self, image: Model) -> str:
        """For hosts that name the column themselves, and people it is not for."""
        return ""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        column = self.column_for(request)
        return [*(name for name in fields if name != COLUMN), column] if column else fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        column = self.column_for(request)
        if column is None or column in flatten_fieldsets(fieldsets):
            return fieldsets
        return [*fieldsets, (None, {"fields": [column]})]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        if column := self.column_for(request):
            return type(formset.__name__, (RememberRows, formset), {"isolation_column": column})
        return formset


class ImagesInlined(ProductModelAdmin):
    """What a ModelAdmin learns whose page may show the host's images as inlines."""

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        inlines = super().get_inline_instances(request, obj)
        models = set(get_targets())
        for inline in inlines:
            if models & {inline.model, inline.model._meta.concrete_model}:
                extend(inline, StateInInline)
            if hasattr(inline, "get_inline_instances"):  # has inlines of its own, as nested-admin's
                extend(inline, ImagesInlined)
        return inlines


def named_models(inlines: Iterable[Any]) -> Iterator[type[Model]]:
    """The models of inlines, and of the inlines that these have."""
    for inline in inlines:
        if inline.model:
            yield inline.model
        yield from named_models(getattr(inline, "inlines", ()))


def may_show(model_admin: "ModelAdmin[Any]", models: set[type[Model]]) -> bool:
    """Whether the inlines are, or may turn out to be, of one of ``models``."""
    named = {model._meta.concrete_model for model in named_models(model_admin.inlines)}
    decides_itself = any(
        getattr(type(model_admin), name) is not getattr(ModelAdmin, name)
        for name in ("get_inlines", "get_inline_instances")
    )
    return decides_itself or bool(named & {model._meta.concrete_model for model in models})
