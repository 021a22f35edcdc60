"""Wagtail's own history: who isolated an image, and who restored it."""

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage
from wagtail.log_actions import LogActionRegistry, log
from wagtail.models import Page

from django_product_isolation.choices import Status
from django_product_isolation.workflow.audit import SENTENCES, Change

# What a status is called in the history: the action, and its label.
ACTIONS = {
    Status.APPLIED: ("product_isolation.apply", _("Isolate product")),
    Status.RESTORED: ("product_isolation.restore", _("Restore original")),
    Status.SUPERSEDED: ("product_isolation.put_back", _("Put back a newer image")),
}


def register_actions(registry: LogActionRegistry) -> None:
    for status, (action, label) in ACTIONS.items():
        registry.register_action(action, label, SENTENCES[status])


def write(change: Change) -> None:
    """An entry for a swap of what Wagtail's admin shows."""
    if not is_known_to_wagtail(change.target.model):
        return
    action, _label = ACTIONS[Status(change.run.status)]
    instance = change.target.instance(change.run.object_pk)
    log(instance=instance, action=action, user=change.actor, data={"run": str(change.run.pk)})


def is_known_to_wagtail(model: type[Model]) -> bool:
    """Whether Wagtail's admin shows such rows."""
    if issubclass(model, (AbstractImage, Page)):
        return True
    if not apps.is_installed("wagtail.snippets"):
        return False
    from wagtail.snippets.models import get_snippet_models

    return model in get_snippet_models()
