"""Writing swaps into the admin's own history of the host's rows."""

import logging
from typing import Any

from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from django_product_isolation.choices import Status
from django_product_isolation.host import Target
from django_product_isolation.models import IsolationRun, RunEvent

logger = logging.getLogger("django_product_isolation")


def log_change(run: IsolationRun, target: Target, actor: Any) -> None:
    """Add a LogEntry to the image's history; none without a person or without the admin.

    Receivers of the host's that fail on it are noted, and stand in no swap's way.
    """
    if actor is None or not apps.is_installed("django.contrib.admin"):
        return
    try:
        with transaction.atomic():
            create_entry(run, target, actor)
    except DatabaseError:
        raise
    except Exception as error:  # whatever the host's code raises
        logger.warning("not_in_history run=%s error=%s", run.pk, type(error).__name__)
        run.record(RunEvent.Kind.NOTE, detail=f"The admin's history failed: {type(error).__name__}")


def create_entry(run: IsolationRun, target: Target, actor: Any) -> None:
    from django.contrib.admin.models import CHANGE, LogEntry
    from django.contrib.contenttypes.models import ContentType

    shown = shown_model(target.model)

    messages = {
        Status.APPLIED: _("Isolated product: the clean image replaced the original."),
        Status.RESTORED: _("Restored the original image."),
        Status.SUPERSEDED: _("Put back an image that was uploaded meanwhile."),
    }
    LogEntry.objects.create(
        user_id=actor.pk,
        content_type=ContentType.objects.get_for_model(shown, for_concrete_model=False),
        object_id=run.object_pk,
        object_repr=run.label,
        action_flag=CHANGE,
        change_message=messages[Status(run.status)],
    )


def shown_model(model: type[Model]) -> type[Model]:
    """The model under which the admin keeps the images' history: a proxy has one of its own.

    ``model`` itself where an admin shows it, or none does.
    """
    from django.contrib.admin.sites import all_sites

    shown = [known for site in all_sites for known in site._registry]
    proxies = (known for known in shown if known._meta.concrete_model is model._meta.concrete_model)
    return model if model in shown else next(proxies, model)
