"""Writing swaps into the histories of the host's rows: the admin's own, and those of libraries.

They are written in the swap's own transaction, so that each swap stands there once, whatever
fails and however often a step is taken.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.apps import apps
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from django_product_isolation.choices import Status
from django_product_isolation.database.outages import is_away
from django_product_isolation.host import Target
from django_product_isolation.host.content_types import content_type_of
from django_product_isolation.models import IsolationRun, RunEvent

logger = logging.getLogger("django_product_isolation")

# What happened to an image, by the status that its run has afterwards.
SENTENCES = {
    Status.APPLIED: _("Isolated product: the clean image replaced the original."),
    Status.RESTORED: _("Restored the original image."),
    Status.SUPERSEDED: _("Put back an image that was uploaded meanwhile."),
}


@dataclass(frozen=True)
class Change:
    """One swap, while its transaction is open.

    ``actor`` is the user who decided it, None for nobody; ``sentence`` says what happened.
    """

    run: IsolationRun
    target: Target
    actor: Any
    sentence: str

    def models(self) -> Iterator[type[Model]]:
        """Every model that shows the image: proxies, parents and children too."""
        for label, _name in self.target.names:
            yield apps.get_model(label)

    def row(self, model: type[Model]) -> Model | None:
        """The changed row as ``model`` has it, no file opened; None where that is not its model."""
        return self.target.row_of(model, self.run.object_pk)


History = TypeVar("History", bound=Callable[[Change], None])
_histories: list[Callable[[Change], None]] = []


def register_history(write: History) -> History:
    """Have ``write`` called for every swap, within its transaction; a decorator.

    It writes to the database only. What it raises is noted, and stands in no swap's way.
    """
    if write not in _histories:
        _histories.append(write)
    return write


def log_change(run: IsolationRun, target: Target, actor: Any) -> None:
    """Write a swap into all histories, each within a savepoint."""
    change = Change(run, target, actor, str(SENTENCES[Status(run.status)]))
    for write in (write_log_entry, *_histories):
        try:
            with transaction.atomic():
                write(change)
        except Exception as error:  # whatever the host's code, or a library, raises
            if is_away(error):
                raise
            logger.warning("not_in_history run=%s error=%s", run.pk, type(error).__name__)
            run.record(RunEvent.Kind.NOTE, detail=f"A history failed: {type(error).__name__}")


def write_log_entry(change: Change) -> None:
    """Add a LogEntry to the image's history; none without a person or without the admin."""
    if change.actor is None or not apps.is_installed("django.contrib.admin"):
        return
    from django.contrib.admin.models import CHANGE, LogEntry

    shown = shown_model(change.target.model)
    LogEntry.objects.create(
        user_id=change.actor.pk,
        content_type=content_type_of(shown),
        object_id=change.run.object_pk,
        object_repr=change.run.label,
        action_flag=CHANGE,
        change_message=change.sentence,
    )


def shown_model(model: type[Model]) -> type[Model]:
    """The model under which the admin keeps the images' history: a proxy has one of its own.

    ``model`` itself where an admin shows it, or none does.
    """
    from django.contrib.admin.sites import all_sites

    shown = [known for site in all_sites for known in site._registry]
    proxies = (known for known in shown if known._meta.concrete_model is model._meta.concrete_model)
    return model if model in shown else next(proxies, model)
