"""The entrance of an admin site: whom it lets in, and what it says to those whom it does not.

A site may ask for more than its ``has_permission`` does. Django's place for that is ``admin_view``,
which stands before every page of a site: here it stands before what its people do on ours.
"""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.http.response import HttpResponseBase

from .own_pages import at_site, get_request_at, memory, site_around
from .safe_calls import answer

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

REFUSALS = (PermissionDenied, Http404)


def lets_in(site: "AdminSite", request: HttpRequest) -> bool:
    """Whether the site would show the person a page of its own; False where its code breaks."""
    known, key = memory(request), (site, request.user.pk)  # every row of a list asks
    if key not in known:
        known[key] = False  # to what a site's refusal asks us while it is made
        known[key] = answer(partial(is_open, site, request), False)
    return bool(known[key])


def any_lets_in(sites: "Iterable[AdminSite]", request: HttpRequest) -> bool:
    """Whether one of the sites does; no other is asked where one has."""
    known, pk = memory(request), request.user.pk
    nearest = sorted(sites, key=lambda site: not known.get((site, pk)))
    return any(lets_in(site, request) for site in nearest)


def is_open(site: "AdminSite", request: HttpRequest) -> bool:
    """Whether the site lets the person in; on a page of its own it has done so a moment ago."""
    try:
        asked = at_site(site, request)
        if not site.has_permission(asked):
            return False
        return site is site_around(request) or admin_answer(site, asked) is None
    except REFUSALS:
        return False


def refusal(site: "AdminSite", request: HttpRequest, back: str) -> HttpResponseBase | None:
    """What the site says to somebody who opens the path ``back``; None where it lets them in.

    Raises PermissionDenied or Http404 where that is what the site does. None where it breaks.
    """
    asked = request if back == request.get_full_path() else get_request_at(request, back)
    said = answer(partial(said_by, site, asked), None)
    if isinstance(said, Exception):
        raise said
    return said


def said_by(site: "AdminSite", request: HttpRequest) -> HttpResponseBase | Exception | None:
    try:
        return admin_answer(site, request)
    except REFUSALS as error:
        return error


def admin_answer(site: "AdminSite", request: HttpRequest) -> HttpResponseBase | None:
    """What the site answers in the place of a page of its own; None where it shows the page."""
    reached = []

    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reached.append(request)
        return HttpResponse()

    page.csrf_exempt = True  # type: ignore[attr-defined]  # the page that asks has seen to that
    said = site.admin_view(page)(request)
    if reached:
        return None
    return said if isinstance(said, HttpResponseBase) else HttpResponseForbidden()
