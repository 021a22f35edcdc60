"""Changes of status of many runs at once: the same few queries for 1 run or 500.

Like ``IsolationRun.move_to``, each is a conditional UPDATE next to its events.
"""

import uuid
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Case, Value, When

from django_product_isolation.choices import TRANSITIONS, Status
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.database.transactions import retry_on_conflict

from .events import RunEvent
from .runs import IsolationRun

# Few enough for the 999 parameters that SQLite takes in one statement.
CHUNK = 200


def open_together(
    status: Status,
    keys: Mapping[uuid.UUID, str],
    *,
    reasons: Mapping[uuid.UUID, str],
    actor: Any,
    at: datetime,
) -> set[uuid.UUID]:
    """Have ended runs open again in ``status``, due ``at``; return those that were changed.

    ``keys`` are the active keys that they take, by run; ``reasons`` stand in the events of some.
    Left out are runs that cannot go there any more, have lost one of their files, or whose key
    another open run holds: what becomes of one says nothing about the others.
    """
    move = partial(open_in_one_go, status=status, reasons=reasons, actor=actor, at=at)
    changed: set[uuid.UUID] = set()
    pks = sorted(keys)
    for start in range(0, len(pks), CHUNK):
        changed |= open_chunk({pk: keys[pk] for pk in pks[start : start + CHUNK]}, move)
    return changed


def open_chunk(
    keys: Mapping[uuid.UUID, str], move: Callable[[Mapping[uuid.UUID, str]], set[uuid.UUID]]
) -> set[uuid.UUID]:
    try:
        return move(keys)
    except IntegrityError:  # another run took a key just now, and no database says which
        if len(keys) == 1:
            return set()
    return set().union(*(open_chunk({pk: key}, move) for pk, key in keys.items()))


@retry_on_conflict
def open_in_one_go(
    keys: Mapping[uuid.UUID, str],
    *,
    status: Status,
    reasons: Mapping[uuid.UUID, str],
    actor: Any,
    at: datetime,
) -> set[uuid.UUID]:
    """Raises IntegrityError, and changes nothing, when one of the keys is taken."""
    this_click = uuid.uuid4()
    with transaction.atomic():
        # In one order, so that two people who click at once do not wait for each other.
        chosen = IsolationRun.objects.filter(pk__in=keys, status__in=sources_of(status))
        chosen = chosen.exclude(source_name="").exclude(result_name="")
        list(chosen.order_by("pk").select_for_update().values_list("pk", flat=True))
        # Whose lease it is says, on every database, which rows this statement has changed.
        chosen.order_by().update(
            status=status,
            status_since=at,
            reason="",
            held_from="",
            active_key=Case(*(When(pk=pk, then=Value(key)) for pk, key in keys.items())),
            due_at=DatabaseNow(),
            attempts=0,
            lease_owner=this_click,
            lease_until=None,
        )
        ours = IsolationRun.objects.filter(pk__in=keys, lease_owner=this_click).order_by()
        changed = set(ours.values_list("pk", flat=True))
        ours.update(lease_owner=None)
        RunEvent.objects.bulk_create(
            RunEvent(
                run_id=pk,
                at=at,
                actor=actor,
                kind=RunEvent.Kind.STATUS,
                status=status,
                reason=reasons.get(pk, ""),
            )
            for pk in sorted(changed)
        )
    return changed


def sources_of(status: Status) -> Collection[Status]:
    """The statuses that ``status`` may follow."""
    return [before for before, after in TRANSITIONS.items() if status in after]
