"""The form of the confirm page: what to isolate, shape, size, when to publish.

Knows the choices and their markup; nothing of rows, rights or money.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.forms import BoundField
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.host import Picture
from django_product_isolation.imaging.verdict import titles
from django_product_isolation.marketplaces import known_places
from django_product_isolation.models import Preset
from django_product_isolation.workflow import in_pixels
from django_product_isolation.workflow.start import PROMPT_MAX_LENGTH, render

from .formatting import numbered

AT_ONCE, REVIEWED = "at-once", "reviewed"
IMMEDIATELY = gettext_lazy("Immediately: products show the result as soon as it is ready")
UNLESS_DOUBTFUL = gettext_lazy(
    "Immediately, but for doubtful results: those wait until they are approved"
)
AFTER_REVIEW = gettext_lazy("After review: products keep their image until the result is approved")
# What the page posts beside places and wordings of single pictures; some are to spare for a theme.
OTHER_FIELDS = 12
MAX_WORDED = 500  # pictures with a field for a wording of their own; nobody fills in more


class WordingInput(forms.TextInput):
    """A text input rendered without a template, which is faster: a page may hold hundreds."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        widget = self.get_context(name, value, attrs)["widget"]
        given = {key: widget[key] for key in ("type", "name", "value") if widget[key] is not None}
        return format_html("<input{}>", flatatt({**given, **widget["attrs"]}))


class OrderForm(forms.Form):
    """What staff choose for all images, and other wordings for single ones."""

    preset = forms.ChoiceField(
        label=gettext_lazy("Preset"),
        required=False,
        error_messages={
            "invalid_choice": gettext_lazy(
                "This preset was deleted in the meantime. What stands here stays as it is."
            )
        },
    )
    # The preset that the other fields were filled from: a changed one is filled in, not ordered.
    filled_from = forms.CharField(required=False, widget=forms.HiddenInput)
    prompt = forms.CharField(
        label=gettext_lazy("What to isolate"),
        required=False,
        max_length=PROMPT_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2, "aria-describedby": "id_prompt_helptext"}),
    )
    aspect_ratio = forms.ChoiceField(
        label=gettext_lazy("Shape"), choices=AspectRatio.choices, widget=forms.RadioSelect
    )
    resolution = forms.ChoiceField(
        label=gettext_lazy("Size"), choices=Resolution.choices, widget=forms.RadioSelect
    )
    review = forms.TypedChoiceField(
        label=gettext_lazy("Publish"),
        coerce=lambda value: value == REVIEWED,
        widget=forms.RadioSelect,
    )
    places = forms.MultipleChoiceField(
        label=gettext_lazy("Marketplaces"),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"aria-describedby": "isolation-places-help"}),
    )
    # What holds no result back, as the page said it: a preset may be edited before the click.
    tolerated_findings = forms.JSONField(required=False, widget=forms.HiddenInput)
    quote = forms.CharField(required=False, widget=forms.HiddenInput)  # what the button said
    told = forms.CharField(required=False, widget=forms.HiddenInput)  # which warnings were shown

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        start: Mapping[str, Any],
        pictures: Sequence[Picture],
        presets: Sequence[Preset],
        must_review: bool,
        some_may_wait: bool,
    ) -> None:
        """``start`` holds the fields' first values, and other wordings under ``prompts``.

        ``some_may_wait``: results in which something is found are not published at once.
        """
        first = dict(start)
        self.own: dict[str, str] = first.pop("prompts", {})
        first["review"] = REVIEWED if must_review or first.get("review") else AT_ONCE
        super().__init__(data, initial=first)
        self.pictures, self.presets = pictures, presets
        choices = [("", _("none")), *((str(preset.pk), preset.name) for preset in presets)]
        self.fields["preset"].choices = choices  # type: ignore[attr-defined]
        self.fields["places"].choices = place_choices()  # type: ignore[attr-defined]
        at_once = UNLESS_DOUBTFUL if some_may_wait else IMMEDIATELY
        self.fields["review"].choices = [(AT_ONCE, at_once), (REVIEWED, AFTER_REVIEW)]  # type: ignore[attr-defined]
        self.fields["review"].disabled = must_review
        self.some_may_wait = some_may_wait
        if len(pictures) > 1:
            self.fields.update(self.wordings())

    @property
    def template(self) -> str:
        """The wording for all images, as it is in the form now."""
        return str(self["prompt"].value() or "")

    def wordings(self) -> dict[str, forms.Field]:
        """A field for another wording of each single picture, of as many as can be posted."""
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        # Those that come with a wording of their own go first.
        first = sorted(self.pictures, key=lambda picture: not self.own.get(picture.pk))
        others = OTHER_FIELDS + len(known_places())
        room = MAX_WORDED if most is None else min(MAX_WORDED, max(0, most - others))
        with_field = {picture.pk for picture in first[:room]}
        names = distinct_names(self.pictures)
        return {
            field_of(picture): forms.CharField(
                label=names[picture.pk],
                required=False,
                max_length=PROMPT_MAX_LENGTH,
                initial=self.own.get(picture.pk, ""),
                widget=WordingInput(
                    attrs={
                        "placeholder": render(self.template, picture) or _("the model chooses"),
                        "class": "vTextField",
                    }
                ),
            )
            for picture in self.pictures
            if picture.pk in with_field
        }

    def worded(self) -> list[tuple[Picture, BoundField]]:
        """Each picture that can be worded on its own, with its field."""
        return [(p, self[field_of(p)]) for p in self.pictures if field_of(p) in self.fields]

    def unworded(self) -> list[tuple[Picture, str]]:
        """The pictures without a field, with the wording that each brought along ("" for none)."""
        several = len(self.pictures) > 1
        return [
            (p, self.own.get(p.pk, ""))
            for p in self.pictures
            if several and field_of(p) not in self.fields
        ]

    def word_for_several(self, before: Collection[str]) -> None:
        """Use the general wording, if it was that of the only picture there was ``before``."""
        if len(before) != 1 or len(self.pictures) < 2:
            return
        (only,) = before
        template = str(self.initial["prompt"])
        words = {render(template, picture) for picture in self.pictures if picture.pk == only}
        if not words or self.template in words:
            self.correct(prompt=template)

    def forget_preset(self) -> None:
        """Name no preset any more, so that the next click orders what stands in the form."""
        self.correct(preset="", filled_from="")

    def correct(self, **values: str) -> None:
        """Put other values in place of those that were posted."""
        posted: Any = copy(self.data)  # a request's own cannot be changed
        for name, value in values.items():
            posted[name] = value
        self.data = posted

    def is_worded(self) -> bool:
        """Whether some picture has a wording of its own, so that they must not be folded away."""
        return any(field.value() or field.errors for _picture, field in self.worded())

    def names_products(self) -> bool:
        """Whether a name that is no part of the form becomes part of a wording."""
        options = self.options()
        return any(
            "{product}" in text for text in (options["prompt"], *options["prompts"].values())
        )

    def options(self) -> dict[str, Any]:
        """The cleaned values as the keywords of ``workflow.Options``."""
        cleaned = self.cleaned_data
        own = {picture.pk: wording for picture, wording in self.unworded() if wording}
        own |= {p.pk: cleaned[field_of(p)] for p, _field in self.worded() if cleaned[field_of(p)]}
        names = (
            "prompt",
            "aspect_ratio",
            "resolution",
            "review",
            "places",
            "tolerated_findings",
        )
        return {**{name: cleaned[name] for name in names}, "prompts": own}

    def clean_tolerated_findings(self) -> list[str]:
        """A page without the field, such as a theme's own, has everything wait that is found."""
        given = self.cleaned_data["tolerated_findings"] or []
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            raise forms.ValidationError(self.fields["tolerated_findings"].error_messages["invalid"])
        return given

    @property
    def tolerated_titles(self) -> list[str]:
        """What the findings are called that hold no result back."""
        known, given = titles(), self["tolerated_findings"].value() or "[]"
        try:
            ids = json.loads(given)
        except ValueError:
            return []
        chosen = ids if isinstance(ids, list) else []
        return [str(title) for name, title in known.items() if name in chosen]

    def shapes(self) -> list[tuple[Any, "Shape"]]:
        """Each aspect ratio's radio button with a drawing of it."""
        return [(radio, Shape.of(radio.data["value"])) for radio in self["aspect_ratio"]]

    def sizes(self) -> Iterator[tuple[Any, int, list[tuple[str, int, int]]]]:
        """Each resolution's radio button, its long side, and width and height by aspect ratio."""
        for radio in self["resolution"]:
            resolution = Resolution(radio.data["value"])
            pixels = [(ratio.value, *in_pixels(ratio, resolution)) for ratio in AspectRatio]
            yield radio, resolution.long_side, pixels


def place_choices() -> list[tuple[str, str]]:
    """The marketplaces that can be named."""
    return [(place.id, place.name) for place in known_places()]


def field_of(picture: Picture) -> str:
    """The name of the field for a picture's own wording."""
    return f"prompt-{picture.pk}"


def distinct_names(pictures: Sequence[Picture]) -> dict[str, str]:
    """What to call each picture, by key; pictures of one product are numbered."""
    names = numbered([picture.label for picture in pictures])
    return {picture.pk: name for picture, name in zip(pictures, names, strict=True)}


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
