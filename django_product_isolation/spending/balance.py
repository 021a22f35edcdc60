"""What we know of the credit at Runflow, and when it is asked for."""

import logging
from datetime import timedelta

from django.db import DatabaseError, IntegrityError
from django.db.models import Q
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.conf import get_settings
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.database.transactions import summary
from django_product_isolation.models import AccountBalance, IsolationRun
from django_product_isolation.runflow import RateLimited, Refused, RunflowError
from django_product_isolation.runflow.access import access
from django_product_isolation.runflow.connection import connect

logger = logging.getLogger("django_product_isolation")

BETWEEN_READINGS = timedelta(minutes=10)
# Where it was not enough for an image: somebody puts credit there, and wants to see it.
WHILE_EMPTY = timedelta(minutes=1)
# While a run is in one of these, the balance goes down.
WORKED_ON = (Status.QUEUED, Status.SUBMITTING, Status.PROCESSING, Status.COLLECTING)


def read_balance(*, at_once: bool = False) -> None:
    """Ask Runflow what credit is left: every 10 minutes while runs are worked on, each minute
    where it was not enough for one, or ``at_once``.

    For those who take steps: it goes over the network. Raises nothing; a key that may not know
    the balance leaves none, a Runflow that cannot be asked leaves the one known before.
    """
    try:
        if claim_reading(timedelta(0) if at_once else BETWEEN_READINGS):
            read = {"amount": connect().balance(), "read_at": timezone.now()}
            AccountBalance.objects.filter(pk=1, asked_with=access()).update(**read)
    except RunflowError as error:
        logger.info("balance_unread %s", error)
        if isinstance(error, Refused) and not isinstance(error, RateLimited):
            AccountBalance.objects.filter(pk=1, asked_with=access()).update(amount=None)
    except DatabaseError as error:
        logger.error("balance_unrecorded error=%s", summary(error))


def claim_reading(pause: timedelta) -> bool:
    """Whether it is for the caller to ask: nobody else has within ``pause`` with the same key."""
    asked_with = access()
    known, ours = AccountBalance.objects.filter(pk=1), Q(asked_with=asked_with)
    is_enough = Q(amount=None) | Q(amount__gte=get_settings().unit_price)
    lasting = Q(asked_at__gt=ago(WHILE_EMPTY)) | is_enough & Q(asked_at__gt=ago(pause))
    if pause and known.filter(ours & lasting).exists():
        return False
    if pause and not IsolationRun.objects.filter(status__in=WORKED_ON).exists():
        return False
    asked = {"asked_at": DatabaseNow(), "asked_with": asked_with}
    # Two processes with different keys, as while one is changed, take turns.
    free = known.filter(asked_at__lte=ago(min(pause, WHILE_EMPTY)))
    if free.exclude(ours).update(amount=None, **asked) or free.filter(ours).update(**asked):
        return True
    if known.exists():
        return False
    try:
        # Sends no signal: receivers of the shop's take an instance's values for values.
        AccountBalance.objects.bulk_create([AccountBalance(pk=1, **asked)])
    except IntegrityError:  # somebody else has just asked, the first time or within the pause
        return False
    return True


def ago(pause: timedelta) -> DatabaseNow:
    """The moment so long before this one, by the database's clock."""
    return DatabaseNow(-pause.total_seconds())
