"""A historical record for each swap, as saving the image would make one."""

from typing import Any
from weakref import ReferenceType

from django.db.models import Model
from django.db.models.signals import post_save
from simple_history.models import HistoricalRecords

from django_product_isolation.workflow.audit import Change

REASON = "history_change_reason"


def write(change: Change) -> None:
    """Into the history of each model that has one and shows the image."""
    for model in change.models():
        records = records_of(model)
        instance = change.row(model) if records else None
        if records is None or instance is None:
            continue
        told: Any = instance
        # Set in any case: without a user of its own it would take that of the request, if any.
        told._history_user = change.actor
        told._change_reason = change.sentence[: longest_reason(model)]
        records.post_save(instance, created=False, using=instance._state.db)


def records_of(model: type[Model]) -> HistoricalRecords | None:
    """What keeps the history of ``model``: known to nobody but the signal that it listens to."""
    for (_id, sender), receiver, *_more in post_save.receivers:
        if sender == id(model):
            listening = receiver() if isinstance(receiver, ReferenceType) else receiver
            owner = getattr(listening, "__self__", None)
            if isinstance(owner, HistoricalRecords):
                return owner
    return None


def longest_reason(model: Any) -> int | None:
    """How many characters the history of ``model`` takes as a reason; None for any number."""
    history: Any = getattr(model, model._meta.simple_history_manager_attribute).model
    length: int | None = history._meta.get_field(REASON).max_length
    return length
