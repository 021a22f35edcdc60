"""What a callback costs at the very least: its signature, its JSON and one UPDATE."""

import hmac
import json
import uuid
from hashlib import sha256
from typing import Any

from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from django_product_isolation.models import IsolationRun

from .settings import SECRET


@csrf_exempt
def bare(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    meant = hmac.new(SECRET.encode(), request.body, sha256).hexdigest()
    if not hmac.compare_digest(meant, request.headers["Runflow-Signature"]):
        return HttpResponse(status=401)
    document = json.loads(request.body)
    waits = IsolationRun.objects.filter(
        pk=pk, runflow_run_id=document["run_id"], status="processing"
    )
    if not waits.update(due_at=Now(), called_back_at=Now()):
        return HttpResponse(status=404)
    return HttpResponse("ok")


def nothing(*args: Any, **options: Any) -> None:
    """What dj-stripe does with an event."""
