"""Images that somebody chose, between the tick and the confirmed order."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .clicks import Click
from .managers import PrimaryManager


class Selection(Click):
    """Chosen images, kept here rather than in the page: thousands fit, and a reload shows them.

    The id becomes the id of the batch that is begun from it, so that a second click, the Back
    button and a colleague with the same address all end at the one batch.
    """

    model_label = models.CharField(_("model"), max_length=200)
    # "" in those of before a model could have several images.
    field_name = models.CharField(_("field"), max_length=100, blank=True, default="")
    site_name = models.CharField(_("admin site"), max_length=100)
    object_pks = models.JSONField(_("images"), default=list)  # primary keys as strings, in order
    chosen = models.PositiveIntegerField(_("chosen"))  # images; more than are kept, if too many
    # What the confirm page starts with instead of the settings: prompt, aspect_ratio, resolution,
    # review, and prompts by primary key.
    prefill = models.JSONField(default=dict)
    redo_of = models.JSONField(default=list)  # ids of runs that the order takes the place of
    back = models.CharField(max_length=500, blank=True)  # path to go back to, on this host

    objects = PrimaryManager()

    class Meta:
        base_manager_name = "objects"
        default_permissions = ()  # only our own pages show them
        verbose_name = _("selection")
        verbose_name_plural = _("selections")
