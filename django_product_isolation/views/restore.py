"""The button that puts an original back, wherever in the admin it stands."""

import uuid

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from django_product_isolation.admin import rights
from django_product_isolation.admin.decisions import DECISIONS, decide
from django_product_isolation.admin.selections import read_back
from django_product_isolation.models import IsolationRun


@transaction.non_atomic_requests
@require_POST
def restore(request: HttpRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Restore what the run replaced and go back to the page named in ``?back=``.

    Posted from within the host's forms: whatever else they hold is not looked at.
    """
    back = read_back(request) or reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(back, reverse("admin:login"))
    if not rights.may(request, rights.RESTORE):
        raise PermissionDenied
    run = get_object_or_404(IsolationRun.objects.select_related("batch"), pk=pk)
    decide(request, DECISIONS["restore"], [run])
    return HttpResponseRedirect(back)
