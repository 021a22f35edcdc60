"""For whoever watches the site: whether steps are taken in time. Tells nothing else."""

import logging
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from django_product_isolation.workflow.overview import lateness

logger = logging.getLogger("django_product_isolation")

# Longer than a lease, so that a worker that died is not taken for none at all.
LATE = timedelta(minutes=10)


@login_not_required
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while no step has been due for more than 10 minutes, else 503. One query."""
    try:
        is_late = lateness() > LATE
    except DatabaseError:
        logger.exception("health_unknown")
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse(
        {"status": "late"} if is_late else {"status": "ok"}, status=503 if is_late else 200
    )
