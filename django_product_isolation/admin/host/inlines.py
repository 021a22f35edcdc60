"""The images' inlines on the product's page: a read-only column with badge and buttons.

One query for all rows of an inline, tabular or stacked.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.forms import BaseModelFormSet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from django_product_isolation.host import targets_of
from django_product_isolation.host.access.permissions import allowed
from django_product_isolation.staff import permissions

from .image_page import controls
from .mixins import add_mixins, as_given
from .state_column import COLUMN, StateColumn

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
        run, target = self.run_of(image), self.target
        may_change = target.pk_of(image) in self.changeable()
        context = controls(self.request, target, image, run, may_change=may_change)
        html = render_to_string("product_isolation/image_controls.html", context)
        return SafeString(f'<span class="isolation isolation-row">{context["badge"]}{html}</span>')


class RememberRows(RowFormSet):
    """A formset that tells the columns of which images they will be asked."""

    isolation_columns: Sequence[StateColumn] = ()

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        for column in self.isolation_columns:
            column.images = rows
        return rows


class IsolationInlineMixin(ImageInline):
    """Badge and buttons in an inline of the host's images; ``isolation_column = False``: none.

    Added by itself, unless ``AUTO_ADMIN`` is off: then the host's inlines derive from it.
    """

    _columns: Sequence[ControlsColumn] = ()

    class Media:
        css = {"all": ("product_isolation/product_isolation.css",)}

    def columns_for(self, request: HttpRequest) -> Sequence[ControlsColumn]:
        """The same columns all through a request; none for those they are not for."""
        if not getattr(self, "isolation_column", True) or not permissions.has_preview_permission(
            request
        ):
            return ()
        if not self._columns or self._columns[0].request is not request:
            self._columns = ControlsColumn.for_each_field(self, request)
        return self._columns

    def isolation_state(self, image: Model) -> str:
        """For hosts that name the column themselves, and people it is not for."""
        return ""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        columns = self.columns_for(request)
        others = (name for name in fields if name != COLUMN)
        return as_given(fields, [*others, *columns]) if columns else fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        placed = flatten_fieldsets(fieldsets)
        columns = [column for column in self.columns_for(request) if column not in placed]
        added = (None, {"fields": columns})
        return as_given(fieldsets, [*fieldsets, added]) if columns else fieldsets

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        if columns := self.columns_for(request):
            return type(formset.__name__, (RememberRows, formset), {"isolation_columns": columns})
        return formset


class ImageInlinesMixin(ProductModelAdmin):
    """Adds badge and buttons to the inlines of images on the pages of a ModelAdmin."""

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> Any:
        inlines = list(super().get_inline_instances(request, obj))
        for inline in inlines:
            if targets_of(inline.model):
                add_mixins(inline, IsolationInlineMixin)
            if hasattr(inline, "get_inline_instances"):  # has inlines of its own, as nested-admin's
                add_mixins(inline, ImageInlinesMixin)
        return inlines


def named_models(inlines: Iterable[Any]) -> Iterator[type[Model]]:
    """The models of inlines, and of the inlines that these have."""
    for inline in inlines:
        if inline.model:
            yield inline.model
        yield from named_models(getattr(inline, "inlines", ()))


def may_show(model_admin: "ModelAdmin[Any]") -> bool:
    """Whether the inlines are, or may turn out to be, of models that are named in ``IMAGES``."""
    decides_itself = any(
        getattr(type(model_admin), name) is not getattr(ModelAdmin, name)
        for name in ("get_inlines", "get_inline_instances")
    )
    return decides_itself or any(targets_of(m) for m in named_models(model_admin.inlines))
