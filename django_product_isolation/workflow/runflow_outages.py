"""Times in which Runflow, or the storage of its files, does not answer.

The first failures are each run's own. When nobody has got an answer several times running, an
outage is declared: one run asks every half minute, the others wait until it gets an answer. Nobody
is asked for help, and it is told twice: when it begins and when it is over.
"""

import logging
import random
from datetime import datetime
from enum import Enum
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import F

from django_product_isolation.choices import Status
from django_product_isolation.database import clock
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.models import IsolationRun, Outage
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import RunflowClient
from django_product_isolation.runflow.connection import connect

from .nudges import nudge_on_commit
from .timing import seconds_from_now

logger = logging.getLogger("django_product_isolation")

PROBE_SECONDS = 30.0  # between two probes
# Each paid request that fails leaves a run whose fate is unknown: those probes come further apart,
# but near enough for all to go on within two minutes of the outage's end.
MAX_PROBE_SECONDS = {"orders": 80.0}
OTHERS_SECONDS = 75.0  # for which the others wait, should the run that probes be lost
MAX_WOKEN = 1000  # runs for which a nudge is sent; a sweep finds the others


class Service(str, Enum):
    """Who may not answer."""

    RUNFLOW = "runflow"
    ORDERS = "orders"  # the paid request, while everything else is answered
    UPLOADS = "uploads"  # where images are brought
    RESULTS = "results"  # where results are fetched

    __str__ = str.__str__


NEEDED_FOR = {
    Service.RUNFLOW: (Status.QUEUED, Status.SUBMITTING, Status.PROCESSING, Status.COLLECTING),
    Service.ORDERS: (Status.QUEUED,),
    Service.UPLOADS: (Status.QUEUED,),
    Service.RESULTS: (Status.COLLECTING,),
}
# A paid request whose fate is unknown cannot be sent again: no second run is sent after it.
DECLARED_AFTER = {Service.ORDERS: 1}
FAILURES = 3


def connect_for(run: IsolationRun) -> RunflowClient:
    """A client for the shop's account; ``run`` is told when Runflow answers."""
    return connect(partial(answered, run, Service.RUNFLOW))


def waits_until(run: IsolationRun) -> datetime | None:
    """Until when ``run`` waits for another that probes a declared outage; None: nothing bars it."""
    needed = [service for service, statuses in NEEDED_FOR.items() if run.status in statuses]
    if not needed:
        return None
    known = {Service(outage.service): outage for outage in Outage.objects.all()}
    run.known_outages = frozenset(known)
    for service in needed:
        if service in known and known[service].is_declared and not claim_probe(service):
            return seconds_from_now(random.uniform(PROBE_SECONDS, OTHERS_SECONDS))  # noqa: S311
    return None


def claim_probe(service: Service) -> bool:
    """Whether it is for the caller to ask; nobody else does for half a minute."""
    free = Outage.objects.filter(service=service, probe_at__lte=DatabaseNow())
    return bool(free.update(probe_at=DatabaseNow(PROBE_SECONDS)))


def meet(run: IsolationRun, service: Service, error: str) -> datetime | None:
    """Note that ``service`` did not answer; the moment to try again where that is an outage."""
    run.answered -= {service}
    count_failure(service)
    declared_after = DECLARED_AFTER.get(service, FAILURES)
    known = Outage.objects.filter(service=service)
    failures = known.values_list("failures", flat=True).first() or 1
    longest = MAX_PROBE_SECONDS.get(service, PROBE_SECONDS)
    pause = min(PROBE_SECONDS * 2.0 ** min(failures, 10), longest)
    known.update(probe_at=DatabaseNow(pause))
    if known.filter(failures__gte=declared_after, is_declared=False).update(is_declared=True):
        logger.warning("outage service=%s %s", service, error)
    if not known.filter(is_declared=True).exists():
        return None
    later = DatabaseNow(OTHERS_SECONDS)
    waiting(service).filter(due_at__lt=later).update(due_at=later)
    return seconds_from_now(pause)


def count_failure(service: Service) -> None:
    known = Outage.objects.filter(service=service)
    if known.update(failures=F("failures") + 1):
        return
    try:
        with transaction.atomic():
            # Sends no signal: receivers of the shop's take an instance's values for values.
            Outage.objects.bulk_create([Outage(service=service, probe_at=DatabaseNow())])
    except IntegrityError:  # somebody else has just met it
        known.update(failures=F("failures") + 1)


def answered(run: IsolationRun, service: Service) -> None:
    """Remember that ``service`` answered in this step; it is written down after it."""
    run.answered |= {service}


def end_those_over(run: IsolationRun) -> None:
    """Have all go on that waited for what answered in the step just taken."""
    for service in run.answered & run.known_outages:
        known = Outage.objects.filter(service=service)
        declared = known.filter(is_declared=True).first()
        if not known.delete()[0] or declared is None:
            continue
        lasted = (clock.now() - declared.since).total_seconds()
        logger.warning("outage_over service=%s seconds=%.0f", service, lasted)
        wake(Service(service))


def wake(service: Service) -> None:
    runs = waiting(service).filter(due_at__gt=DatabaseNow())
    pks = list(runs.values_list("pk", flat=True)[:MAX_WOKEN])
    runs.update(due_at=DatabaseNow())
    if pks:
        nudge_on_commit(pks)


def waiting(service: Service) -> RunQuerySet:
    """Runs that need ``service`` next, except those that wait because it asked them to."""
    needing = IsolationRun.objects.filter(status__in=NEEDED_FOR[service], lease_owner=None)
    return needing.exclude(reason=Reason.BUSY).order_by()
