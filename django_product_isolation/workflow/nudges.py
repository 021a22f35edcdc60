"""Telling the workers that runs want attention, before they look by themselves."""

import uuid
from collections.abc import Iterable
from functools import partial

from django.db import transaction

from django_product_isolation.models import IsolationRun
from django_product_isolation.signals import work_due


def nudge(pks: Iterable[uuid.UUID]) -> None:
    """Send ``work_due`` for these runs. What a receiver raises is not raised here."""
    work_due.send_robust(sender=IsolationRun, run_ids=list(pks))


def nudge_on_commit(pks: Iterable[uuid.UUID]) -> None:
    """The same once the transaction at hand, if any, is committed: before, nobody sees them."""
    transaction.on_commit(partial(nudge, list(pks)))
