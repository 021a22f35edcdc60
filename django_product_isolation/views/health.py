"""For whoever watches the site. Two questions: is it alive, and are steps taken in time.

No transaction of the site's is around them: after a query that failed, one answers nothing more on
PostgreSQL, which would look as if there were no database.
"""

from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from django_product_isolation.workers.outage_log import OutageLog
from django_product_isolation.workflow.queue_status import lateness

# Much longer than a lease, so that a worker that died is not taken for none at all.
LATE = timedelta(minutes=10)

outage = OutageLog("health_unknown")


@transaction.non_atomic_requests
@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve pages: 200, or 503 where the database does not answer.

    For load balancers: isolations that are late are said, and take no site down.
    """
    status = standing()
    return JsonResponse({"status": status}, status=503 if status == "no database" else 200)


@transaction.non_atomic_requests
@login_not_required
@never_cache
@require_safe
def lateness_of_steps(request: HttpRequest) -> JsonResponse:
    """200 while no step has been due for more than 10 minutes, else 503. For monitoring alone."""
    status = standing()
    return JsonResponse({"status": status}, status=200 if status == "ok" else 503)


def standing() -> str:
    """ok, late, unknown (without our tables) or no database. One query where all is well."""
    try:
        is_late = lateness() > LATE
        outage.is_over()
        return "late" if is_late else "ok"
    except DatabaseError:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError as error:
            outage.goes_on(type(error).__name__)
            return "no database"
        outage.is_over()
        return "unknown"
