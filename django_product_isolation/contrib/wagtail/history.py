"""Wagtail's own history: who isolated an image, and who restored it."""

import logging
from typing import Any

from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage
from wagtail.log_actions import LogActionRegistry, log
from wagtail.models import Page

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.signals import image_swapped

logger = logging.getLogger("django_product_isolation")

# What a status is called in the history: the action, its label, its sentence.
ACTIONS = {
    Status.APPLIED: (
        "product_isolation.apply",
        _("Isolate product"),
        _("Isolated product: the clean image replaced the original."),
    ),
    Status.RESTORED: (
        "product_isolation.restore",
        _("Restore original"),
        _("Restored the original image."),
    ),
    Status.SUPERSEDED: (
        "product_isolation.put_back",
        _("Put back a newer image"),
        _("Put back an image that was uploaded meanwhile."),
    ),
}


def connect() -> None:
    image_swapped.connect(record, dispatch_uid="product_isolation_history")


def register_actions(registry: LogActionRegistry) -> None:
    for action in ACTIONS.values():
        registry.register_action(*action)


def record(sender: type[Model], run: IsolationRun, actor: Any, **_kwargs: Any) -> None:
    """Add an entry for a swap; what fails on it is noted, and stands in no swap's way."""
    if not is_known_to_wagtail(sender):
        return
    action, *_words = ACTIONS[Status(run.status)]
    try:
        with transaction.atomic():
            instance = run.target.instance(run.object_pk)
            log(instance=instance, action=action, user=actor, data={"run": str(run.pk)})
    except DatabaseError:
        raise
    except Exception as error:  # whatever the shop's code raises
        logger.warning("not_in_history run=%s error=%s", run.pk, type(error).__name__)


def is_known_to_wagtail(model: type[Model]) -> bool:
    """Whether Wagtail's admin shows such rows."""
    if issubclass(model, (AbstractImage, Page)):
        return True
    if not apps.is_installed("wagtail.snippets"):
        return False
    from wagtail.snippets.models import get_snippet_models

    return model in get_snippet_models()
