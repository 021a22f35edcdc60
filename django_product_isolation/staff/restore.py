"""Restoring originals: where its buttons post to, and the page that shows how it goes on."""

import uuid

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from django_product_isolation import site_clock
from django_product_isolation.choices import Status
from django_product_isolation.host.access.sites import frame_of, get_admin_site
from django_product_isolation.models import IsolationRun, RunEvent

from . import formatting, permissions, visibility
from .batch import decide_and_reload, run_status
from .deciding import decide
from .decisions import DECISIONS
from .decorators import staff_page, way_back


def find_run(pk: uuid.UUID) -> tuple[IsolationRun | None, str]:
    run = IsolationRun.objects.select_related("batch").filter(pk=pk).first()
    return run, run.batch.model_label if run else ""


@staff_page(permissions.RESTORE, methods=["POST"], find=find_run)
def restore(request: HttpRequest, run: IsolationRun) -> HttpResponseBase:
    """Have restored what the run replaced, and go back to the page named in ``?back=``.

    Posted from within the host's forms: whatever else they hold is not looked at.
    """
    if not visibility.is_seen(request, run):
        raise Http404
    decide(request, DECISIONS["restore"], [run])
    return HttpResponseRedirect(way_back(request, run.batch.model_label))


@staff_page(permissions.RESTORE)
def restores(request: HttpRequest, at: str) -> HttpResponseBase:
    """The runs that the user had restored with one click, ``at`` that moment, as they are now.

    Of any number of batches; a POST carries out a decision as on a batch's page.
    """
    asked = list(asked_for(request, at))
    changeable = visibility.changeable(request, asked)
    runs = [run for run in asked if run.pk in changeable]
    if not runs:
        raise Http404
    if request.method == "POST":
        return decide_and_reload(request, runs)
    site = get_admin_site(request, runs[0].batch.model_label)
    context = {
        **frame_of(site, request),
        **run_status(request, runs, site),
        "title": _("Restoring %(images)s") % {"images": formatting.images(len(runs))},
    }
    return TemplateResponse(request, "admin/product_isolation/restores.html", context)


def asked_for(request: HttpRequest, at: str) -> "QuerySet[IsolationRun]":
    """The runs of the user's own click at that moment. Raises Http404 for what is no moment."""
    moment = site_clock.read(at)
    if moment is None:
        raise Http404
    clicks = RunEvent.objects.filter(actor=request.user.pk, status=Status.RESTORING, at=moment)
    return (
        IsolationRun.objects.filter(pk__in=clicks.values("run_id"))
        .select_related("batch")
        .order_by("label", "pk")
    )
