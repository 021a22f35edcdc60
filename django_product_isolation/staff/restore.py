"""The button that has an original put back, wherever in the admin it stands, and the page on which
those who pressed it watch.
"""

import uuid

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from django_product_isolation import clock
from django_product_isolation.choices import Status
from django_product_isolation.host.access.sites import frame_of, home_for, index_url
from django_product_isolation.models import IsolationRun, RunEvent

from . import formatting, permissions, visibility
from .batch import live, read_decision
from .decisions import DECISIONS, decide
from .selections import read_back


@transaction.non_atomic_requests
@require_POST
def restore(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Have restored what the run replaced, and go back to the page named in ``?back=``.

    Posted from within the host's forms: whatever else they hold is not looked at.
    """
    run = IsolationRun.objects.select_related("batch").filter(pk=pk).first()
    label = run.batch.model_label if run else ""
    back = read_back(request) or index_url(home_for(request, label))
    if away := permissions.turned_away(request, permissions.RESTORE, model_label=label, back=back):
        return away
    if run is None or not visibility.is_seen(request, run):
        raise Http404
    decide(request, DECISIONS["restore"], [run])
    return HttpResponseRedirect(back)


@never_cache
@transaction.non_atomic_requests
@require_http_methods(["GET", "HEAD", "POST"])
def restores(request: HttpRequest, at: str) -> HttpResponseBase:
    """The runs that the user had restored with one click, ``at`` that moment, as they are now.

    Of any number of batches; a POST carries out a decision as on a batch's page.
    """
    if away := permissions.turned_away(request, permissions.RESTORE):
        return away
    asked = list(asked_for(request, at))
    allowed = visibility.changeable(request, asked)
    shown = [run for run in asked if run.pk in allowed]
    if not shown:
        raise Http404
    if request.method == "POST":
        onward = decide(request, *read_decision(request, shown))
        return HttpResponseRedirect(onward or request.get_full_path())
    home = home_for(request, shown[0].batch.model_label)
    context = {
        **frame_of(home, request),
        **live(request, shown, home),
        "title": _("Restoring %(images)s") % {"images": formatting.images(len(shown))},
    }
    return TemplateResponse(request, "product_isolation/restores.html", context)


def asked_for(request: HttpRequest, at: str) -> "QuerySet[IsolationRun]":
    """The runs of the user's own click at that moment. Raises Http404 for what is no moment."""
    moment = clock.read(at)
    if moment is None:
        raise Http404
    clicks = RunEvent.objects.filter(actor=request.user.pk, status=Status.RESTORING, at=moment)
    return (
        IsolationRun.objects.filter(pk__in=clicks.values("run_id"))
        .select_related("batch")
        .order_by("label", "pk")
    )
