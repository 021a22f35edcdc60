"""Badge and buttons for each image on the dashboard's product page.

They join each image's form as one more field, drawn where Oscar draws the others, so that nothing
of Oscar's markup is repeated. The field comes when the page is drawn, after every validation.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.forms import BaseInlineFormSet, Field, ModelForm, Widget
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from django_product_isolation.admin import rights
from django_product_isolation.admin.cards import state_of
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun

from .door import find_target, images_admin, offered
from .states import runs_behind

# The form that stands beside the product's own, for the buttons of all images.
FORM_ID = "isolation-act"
LABELS = {"isolate": _("Isolate product"), "restore": _("Restore original")}


class Drawn(Widget):
    """Shows what it was given and takes nothing in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html

    def render(self, *_args: Any, **_kwargs: Any) -> SafeString:
        return SafeString(self.html)

    def id_for_label(self, id_: str | None) -> str:
        return ""


def add_controls(request: HttpRequest, formset: "BaseInlineFormSet[Any, Any, Any]") -> bool:
    """Add the field to the form of each saved image; False when there is nothing to show."""
    target, model_admin = find_target(), images_admin()
    if target is None or model_admin is None or not rights.may_see_pictures(request):
        return False
    # What the form began with is what is stored; its instance may hold a refused upload.
    names = {
        str(form.instance.pk): str(form.initial.get(target.field.name) or "")
        for form in formset.initial_forms
    }
    controls = Controls(request, model_admin, offered(request, model_admin))
    runs = runs_behind(target, names)
    for form in formset.initial_forms:
        pk = str(form.instance.pk)
        html = controls.draw(form, runs.get(pk), has_file=bool(names[pk]))
        form.fields["isolation"] = Field(label="", required=False, widget=Drawn(html))
    return bool(names)


@dataclass(frozen=True)
class Controls:
    """What the controls of one page share."""

    request: HttpRequest
    model_admin: "ModelAdmin[Any]"
    offered: set[str]

    def draw(self, form: "ModelForm[Any]", run: IsolationRun | None, *, has_file: bool) -> str:
        """Badge and buttons for the image of ``form``; ``run`` is behind the state it is in."""
        possible = {
            "isolate": has_file and not (run and run.is_open),
            "restore": run is not None and run.status == Status.APPLIED,
        }
        context = {
            "run": run,
            "state": state_of(run) if run else "",
            "run_url": self.run_url(run) if run else "",
            "buttons": [self.button(name, form) for name in self.may(form) if possible[name]],
            "pk": form.instance.pk,
            "described_by": form["caption"].id_for_label if "caption" in form.fields else "",
            "form_id": FORM_ID,
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return render_to_string("product_isolation/oscar/controls.html", context)

    def may(self, form: "ModelForm[Any]") -> list[str]:
        """What the user may have done to this one image."""
        if not self.model_admin.has_change_permission(self.request, form.instance):
            return []
        return [name for name in LABELS if name in self.offered]

    def button(self, name: str, form: "ModelForm[Any]") -> dict[str, Any]:
        product = form.instance.product_id
        return {
            "label": LABELS[name],
            "url": reverse(f"product_isolation:oscar_{name}", args=[product]),
        }

    def run_url(self, run: IsolationRun) -> str:
        if not rights.may_watch(self.request):
            return ""
        return reverse("product_isolation:progress", args=[run.batch_id]) + f"#run-{run.pk}"
