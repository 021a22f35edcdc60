"""The images' inlines on the product's page: a read-only column with badge and buttons.

One query for all rows of an inline, tabular or stacked.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import InlineAdminFormSet
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from django_product_isolation.conf import get_settings
from django_product_isolation.host import targets_of
from django_product_isolation.host.access.safe_calls import add_to_page
from django_product_isolation.host.access.shop_permissions import allowed
from django_product_isolation.staff import permissions

from .image_page import add_fields, controls
from .mixins import COLUMN, Styled
from .state_column import StateColumn

if TYPE_CHECKING:
    ImageInline = InlineModelAdmin[Any, Any]
    ProductModelAdmin = ModelAdmin[Any]
else:
    ImageInline = ProductModelAdmin = object


class ControlsColumn(StateColumn):
    """Badge and buttons of each row of an inline."""

    formset: Any = None
    _changeable: set[str] | None = None

    @property
    def images(self) -> Sequence[Model]:  # type: ignore[override]
        return [form.instance for form in self.formset.forms]

    def changeable(self) -> set[str]:
        """The keys of the rows whose images the user may change; looked up together."""
        if self._changeable is None:
            pks = [row.pk for row in self.images if row.pk is not None]
            self._changeable = allowed(self.request, "change", self.model_admin.model, pks)
        return self._changeable

    def content(self, image: Any) -> str:
        if image.pk is None or image._state.adding:
            return ""
        run, target = self.run_of(image), self.target
        may_change = target.pk_of(image) in self.changeable()
        context = controls(self.request, target, image, run, may_change=may_change)
        html = render_to_string("admin/product_isolation/image_controls.html", context)
        return SafeString(f'<span class="isolation isolation-row">{context["badge"]}{html}</span>')


class IsolationInlineMixin(ImageInline):
    """Badge and buttons in an inline of the host's images; ``isolation_column = False``: none.

    Needed only where ``AUTO_ADMIN`` is off: then on the pages of an ``IsolationAdminMixin``.
    """

    def isolation_state(self, image: Model) -> str:
        """For people it is not for, where the host names the column itself."""
        return ""


class ImageInlinesMixin(Styled, ProductModelAdmin):
    """Adds badge and buttons to the inlines of images on the pages of a ModelAdmin.

    They are added to what is drawn: an inline of the host's need take nothing from us.
    """

    def get_inline_formsets(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # Also asked for the inlines of inlines, as nested-admin's.
        formsets = super().get_inline_formsets(request, *args, **kwargs)
        for drawn in formsets:
            if isinstance(drawn, InlineAdminFormSet):
                add = partial(columns_of, request, drawn)
                add_fields(drawn, None, add_to_page("inline", add, ()))
        return formsets


def columns_of(request: HttpRequest, drawn: InlineAdminFormSet) -> Sequence[ControlsColumn]:
    """The columns for the rows of one inline; none for those they are not for."""
    inline = drawn.opts
    takes_part = get_settings().AUTO_ADMIN or isinstance(inline, IsolationInlineMixin)
    if not takes_part or not getattr(inline, "isolation_column", True):
        return ()
    if not permissions.has_preview_permission(request):
        return ()
    columns = ControlsColumn.for_each_field(inline, request)
    placed = flatten_fieldsets(drawn.fieldsets)
    for column in columns:
        column.formset = drawn.formset
    if COLUMN in placed and isinstance(inline, IsolationInlineMixin) and COLUMN in columns:
        setattr(inline, COLUMN, columns[0])
    return [column for column in columns if column not in placed]


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
