"""Named settings for the confirm page, kept by managers."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import AspectRatio, Resolution

from .managers import PrimaryManager


class Preset(models.Model):
    """Prompt, shape, size and review under a name, and where the confirm page starts with them."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    prompt = models.CharField(
        _("prompt"),
        max_length=500,
        blank=True,
        help_text=_("{product} becomes the product's name. Leave it empty and the model chooses."),
    )
    aspect_ratio = models.CharField(
        _("shape"), max_length=8, choices=AspectRatio, default=AspectRatio.SQUARE
    )
    resolution = models.CharField(
        _("size"), max_length=8, choices=Resolution, default=Resolution.TWO_K
    )
    review = models.BooleanField(_("review before publishing"), default=False)
    # The others hold one back: also those of rules that come later.
    tolerated_findings = models.JSONField(default=list, blank=True)
    # Ids: a place that nobody registers any more is kept, and shown nowhere.
    places = models.JSONField(
        _("marketplaces"),
        default=list,
        blank=True,
        help_text=_("The confirm page and the results say whether these take them."),
    )
    # NULL for none: the unique pair then does not count, on every database.
    default_model = models.CharField(  # noqa: DJ001
        _("default for"), max_length=200, null=True, blank=True
    )
    default_category = models.CharField(
        _("only in the category"),
        max_length=200,
        blank=True,
        help_text=_("As the shop spells it. Leave it empty for all categories without their own."),
    )

    objects = PrimaryManager()

    class Meta:
        base_manager_name = "objects"
        verbose_name = _("preset")
        verbose_name_plural = _("presets")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["default_model", "default_category"],
                name="product_isolation_one_default",
                violation_error_message=_("Another preset is the default there already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def values(self) -> dict[str, Any]:
        """What the preset fills in on the confirm page, by field."""
        names = ("prompt", "aspect_ratio", "resolution", "review", "places", "tolerated_findings")
        return {name: getattr(self, name) for name in names}


def default_preset(
    presets: Sequence[Preset], model_label: str, categories: Collection[str]
) -> Preset | None:
    """The default of one of ``categories``, else the model's own; None where there is none."""
    own = [preset for preset in presets if preset.default_model == model_label]
    for_category = (p for p in own if p.default_category and p.default_category in categories)
    for_all = (preset for preset in own if not preset.default_category)
    return next(for_category, next(for_all, None))
