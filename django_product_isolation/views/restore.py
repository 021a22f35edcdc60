"""The button that puts an original back, wherever in the admin it stands."""

import uuid

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from django_product_isolation.admin import rights, visible
from django_product_isolation.admin.decisions import DECISIONS, decide
from django_product_isolation.admin.selections import read_back
from django_product_isolation.admin.sites import index_url
from django_product_isolation.models import IsolationRun


@transaction.non_atomic_requests
@require_POST
def restore(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Restore what the run replaced and go back to the page named in ``?back=``.

    Posted from within the host's forms: whatever else they hold is not looked at.
    """
    run = IsolationRun.objects.select_related("batch").filter(pk=pk).first()
    label = run.batch.model_label if run else ""
    back = read_back(request) or index_url(request, label)
    if away := rights.turned_away(request, rights.RESTORE, model_label=label, back=back):
        return away
    if run is None or not visible.is_seen(request, run):
        raise Http404
    decide(request, DECISIONS["restore"], [run])
    return HttpResponseRedirect(back)
