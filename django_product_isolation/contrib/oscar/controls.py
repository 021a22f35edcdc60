"""Badge and buttons for each image on the dashboard's product page.

They are one more field of each image's form, so that nothing of Oscar's markup is repeated. The
field is added when the template is rendered, after every validation.
What the buttons do, and who may press them, is the same as in the admin.
"""

from typing import Any

from django.forms import BaseInlineFormSet, Field, ModelForm, Widget
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from django_product_isolation.admin.host.image_page import controls
from django_product_isolation.admin.host.state_column import current_runs
from django_product_isolation.host import Target
from django_product_isolation.host.access import shop_permissions
from django_product_isolation.models import IsolationRun
from django_product_isolation.staff import permissions
from django_product_isolation.staff.targets import find_targets

IMAGES = "catalogue.ProductImage"
IMAGES_TAB = "#product_images"


class HtmlWidget(Widget):
    """Shows the HTML that it was given and takes nothing in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html

    def render(self, *_args: Any, **_kwargs: Any) -> SafeString:
        return SafeString(self.html)

    def id_for_label(self, id_: str | None) -> str:
        return ""


def add_controls(request: HttpRequest, formset: "BaseInlineFormSet[Any, Any, Any]") -> bool:
    """Add the field to the form of each saved image; False when there is nothing to show."""
    targets = find_targets(IMAGES)
    if not targets or not permissions.has_preview_permission(request):
        return False
    forms = formset.initial_forms
    pks = [str(form.instance.pk) for form in forms]
    model = targets[0].model
    changeable = shop_permissions.allowed(request, "change", model, pks)
    for target in targets:
        runs = current_runs(target, [form.instance for form in forms])
        is_only = len(targets) == 1
        name = "product_isolation" if is_only else f"product_isolation_{target.field.name}"
        label = "" if is_only else target.field.verbose_name
        for form in forms:
            pk = target.pk_of(form.instance)
            html = render_controls(request, target, form, runs.get(pk), pk in changeable)
            form.fields[name] = Field(label=label, required=False, widget=HtmlWidget(html))
    return bool(forms)


def render_controls(
    request: HttpRequest,
    target: Target,
    form: "ModelForm[Any]",
    run: IsolationRun | None,
    may_change: bool,
) -> str:
    """The HTML beneath the image of ``form``; ``run`` says what became of its present file."""
    context = {
        **controls(request, target, form.instance, run, may_change=may_change, at=IMAGES_TAB),
        "described_by": form["caption"].id_for_label if "caption" in form.fields else "",
    }
    return render_to_string("admin/product_isolation/oscar/controls.html", context)
