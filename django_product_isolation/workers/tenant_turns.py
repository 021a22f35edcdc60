"""Whose turn it is: the tenants in a row, so that none waits for another's thousands of runs."""

import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Collection
from functools import partial
from typing import NamedTuple, TypeVar

from django.db import DatabaseError

from django_product_isolation.database import tenants
from django_product_isolation.database.outages import is_away
from django_product_isolation.database.transactions import summary
from django_product_isolation.models import IsolationRun

T = TypeVar("T")

logger = logging.getLogger("django_product_isolation")

# How much longer than a look at all lasted nobody looks at those who had nothing due.
SHARE = 3
REST = 60.0  # seconds for which a tenant whose tables fail is left alone

resting: dict[str, float] = {}  # until when, on this process's own clock


class DueRun(NamedTuple):
    tenant: str
    pk: uuid.UUID


class TenantTurns:
    """Goes round the tenants that have something due, and now and then looks at the others.

    ``pause`` is the least number of seconds between two looks at all.
    """

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause
        self.row: OrderedDict[str, None] = OrderedDict()  # who may have something due
        self.look_again()

    def look_again(self) -> None:
        """Have all tenants looked at anew."""
        self.looked_at, self.in_vain = float("-inf"), 0.0

    def may_have_more(self, tenant: str) -> None:
        """A step of that tenant's has just ended."""
        self.row.setdefault(tenant)

    def next(self, at_work: Collection[DueRun] = ()) -> DueRun | None:
        """A due run of whose turn it is, and none that is ``at_work``. None when nobody has any.

        Raises DatabaseError where there is no database for anybody.
        """
        self._look()
        while self.row:
            tenant, began = next(iter(self.row)), time.monotonic()
            busy = [run.pk for run in at_work if run.tenant == tenant]
            pk = None if is_resting(tenant) else within(tenant, partial(first_due, busy))
            if pk is not None:
                self.row.move_to_end(tenant)
                return DueRun(tenant, pk)
            del self.row[tenant]
            self.in_vain += time.monotonic() - began
        return None

    def _look(self) -> None:
        now = time.monotonic()
        if now < self.looked_at + max(self.pause, SHARE * self.in_vain):
            return
        for key in tenants.all_keys():
            self.row.setdefault(key)
        self.looked_at, self.in_vain = now, 0.0


def first_due(busy: Collection[uuid.UUID]) -> uuid.UUID | None:
    """Of the tenant at hand, the run that has waited longest and is not among the busy."""
    due = IsolationRun.objects.due().exclude(pk__in=busy)
    return due.values_list("pk", flat=True).first()


def within(tenant: str, do: Callable[[], T]) -> T | None:
    """What ``do()`` returns where queries meet that tenant's tables; None where those alone fail.

    The tenant is then left alone for a minute, which the log says. Raises what concerns all: an
    error of the one set of tables, or of the whole database.
    """
    try:
        with tenants.enter(tenant):
            return do()
    except tenants.UnknownTenant:
        logger.debug("tenant_gone tenant=%s", tenant)
    except Exception as error:
        if tenant == tenants.ONLY or is_away(error):
            raise
        if not is_resting(tenant):
            resting[tenant] = time.monotonic() + REST
            known = summary(error) if isinstance(error, DatabaseError) else ""
            told = (tenant, known or type(error).__name__)
            logger.error("tenant_left_out tenant=%s error=%s", *told, exc_info=not known)
    return None


def is_resting(tenant: str) -> bool:
    return time.monotonic() < resting.get(tenant, 0.0)
