"""Presets: their pages in the admin."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_product_isolation.imaging.verdict import titles
from django_product_isolation.models import Preset
from django_product_isolation.staff.decorators import ReadableAdmin
from django_product_isolation.staff.formatting import model_name
from django_product_isolation.staff.order_form import place_choices
from django_product_isolation.staff.targets import all_targets

if TYPE_CHECKING:
    PresetModelAdmin = admin.ModelAdmin[Preset]
    PresetModelForm = forms.ModelForm[Preset]
else:
    PresetModelAdmin = admin.ModelAdmin
    PresetModelForm = forms.ModelForm


class PresetForm(PresetModelForm):
    default_model = forms.TypedChoiceField(
        label=gettext_lazy("Default for"), required=False, empty_value=None
    )

    holds_back = forms.MultipleChoiceField(
        label=gettext_lazy("Wait for review when found"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Only where doubtful results wait. What does not wait is shown all the same."
        ),
    )

    places = forms.MultipleChoiceField(
        label=gettext_lazy("Marketplaces"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("The confirm page and the results say whether these take them."),
    )

    class Meta:
        model = Preset
        labels = {"prompt": gettext_lazy("What to isolate")}
        fields = (
            "name",
            "prompt",
            "aspect_ratio",
            "resolution",
            "review",
            "places",
            "default_model",
            "default_category",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = model_choices()
        kept = self.instance.default_model
        if kept and kept not in dict(choices):
            choices.append((kept, kept))  # the shop names it no longer; the rest may be edited
        choices.insert(0, ("", _("none: used only when selected")))
        known = place_choices()
        # Those that nobody registers any more are kept, too.
        gone = set(self.instance.places) - {place for place, _name in known}
        self.fields["places"].choices = [*known, *((one, one) for one in sorted(gone))]  # type: ignore[attr-defined]
        self.fields["default_model"].choices = choices  # type: ignore[attr-defined]
        self.titles, tolerated = titles(), self.instance.tolerated_findings
        self.fields["holds_back"].choices = list(self.titles.items())  # type: ignore[attr-defined]
        self.fields["holds_back"].initial = [one for one in self.titles if one not in tolerated]

    def clean_places(self) -> list[str]:
        """Each once, however often it was posted."""
        return list(dict.fromkeys(self.cleaned_data["places"]))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("default_category") and not cleaned.get("default_model"):
            text = _("Select which images it is the default for, or leave the category empty.")
            raise ValidationError({"default_model": text})
        return cleaned

    def save(self, commit: bool = True) -> Preset:
        """Keep what holds nothing back, also what there is no rule for at the moment."""
        waits = set(self.cleaned_data["holds_back"])
        kept = [one for one in self.instance.tolerated_findings if one not in self.titles]
        tolerated = [one for one in self.titles if one not in waits]
        self.instance.tolerated_findings = tolerated + kept
        return super().save(commit)


def model_choices() -> list[tuple[str, str]]:
    """The kinds of images that the shop has isolated."""
    return [(label, model_name(label)) for label in {t.label: None for t in all_targets()}]


@admin.register(Preset)
class PresetAdmin(ReadableAdmin, PresetModelAdmin):
    """Kept by those whom the shop gave the ordinary permissions."""

    form = PresetForm
    list_display = ("name", "prompt", "aspect_ratio", "resolution", "review", "default")
    search_fields = ("name", "prompt")
    fieldsets = (
        (None, {"fields": ("name", "prompt", "aspect_ratio", "resolution", "review", "places")}),
        (gettext_lazy("Doubtful results"), {"fields": ("holds_back",)}),
        (
            gettext_lazy("Use as default"),
            {"fields": ("default_model", "default_category")},
        ),
    )
    radio_fields = {"resolution": admin.HORIZONTAL}

    @admin.display(description=gettext_lazy("default for"))
    def default(self, preset: Preset) -> str:
        if not preset.default_model:
            return "\N{EN DASH}"
        name = dict(model_choices()).get(preset.default_model, preset.default_model)
        return f"{name}: {preset.default_category}" if preset.default_category else name
