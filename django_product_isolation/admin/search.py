"""How runs are found by what staff type, also among very many.

Ids and keys are found among all runs, by an index. For a name the database reads every name there
is: so where there are very many, only those of the newest runs, unless a date is chosen.
"""

from datetime import datetime, timedelta
from typing import TypeVar

from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from django_product_isolation.models import IsolationBatch, IsolationRun

M = TypeVar("M", bound=Model)

MANY = 100_000
FEW, MANY_BATCHES = 500, 5000
NAMES_SOUGHT_WITHIN = timedelta(days=30)
DATE = "batch__created_at"
LONG_AGO = "2000-01-01 00:00:00+00:00"


def of_exactly(runs: QuerySet[IsolationRun], term: str) -> QuerySet[IsolationRun] | None:
    """Those of the runs whose id at Runflow or whose image's key is ``term``, None for none."""
    term = term.strip()
    found = runs.filter(Q(runflow_run_id=term) | Q(object_pk=term))
    return found if term and found.exists() else None


def names_searched_since(request: HttpRequest) -> datetime | None:
    """Where names are sought in the newest runs only: since when. Else None."""
    if not request.GET.get(SEARCH_VAR) or any(key.startswith(DATE) for key in request.GET):
        return None
    if not IsolationRun.objects.order_by()[MANY : MANY + 1].exists():
        return None
    return timezone.now() - NAMES_SOUGHT_WITHIN


def started_since(moment: datetime) -> Q:
    """Runs of batches since ``moment``: named one by one, unless that would be very long.

    For a join PostgreSQL would compare all the names there are before it looks at the dates.
    """
    newest = IsolationBatch.objects.filter(created_at__gte=moment).order_by()
    batches = list(newest.values_list("pk", flat=True)[: MANY_BATCHES + 1])
    is_long = len(batches) > MANY_BATCHES
    return Q(batch__created_at__gte=moment) if is_long else Q(batch__in=batches)


def by_keys_if_few(found: QuerySet[M], rows: QuerySet[M]) -> QuerySet[M]:
    """What was found among ``rows``; if it is little, by key: all are then looked at only once.

    A list reads its rows twice, to count and to show them. Where much is found both end early.
    """
    keys = list(found.order_by().values_list("pk", flat=True)[: FEW + 1])
    return found if len(keys) > FEW else rows.filter(pk__in=keys)


def search_all(request: HttpRequest) -> str:
    """The query string of the same search in all runs."""
    query = request.GET.copy()
    query[f"{DATE}__gte"] = LONG_AGO
    return query.urlencode()
