"""Named settings for the confirm page, kept by managers."""

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
