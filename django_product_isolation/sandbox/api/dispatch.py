"""From a URL's method to a view: API key, faults, method.

Knows the order of these checks; not what any view does.
"""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase

from .faults import ACTIONS
from .web import ApiError, SandboxRequest

View = Callable[..., HttpResponseBase]


def api(**views: View) -> View:
    """Return the view of an API URL that answers each method (``GET=...``) with a view.

    Raises ApiError 401 without a good API key, 403 for a foreign ``X-Organization-Id``.
    """

    def call(request: SandboxRequest, **arguments: Any) -> HttpResponseBase:
        view = chosen(views, request)
        return with_faults(request, lambda: authenticated(view, request, arguments))

    return call


def public(**views: View) -> View:
    """Return the view of a URL that needs no API key."""

    def call(request: SandboxRequest, **arguments: Any) -> HttpResponseBase:
        view = chosen(views, request)
        return with_faults(request, lambda: view(request, **arguments))

    return call


def untouched(**views: View) -> View:
    """Return the view of one of the sandbox's own URLs, which no fault can reach."""

    def call(request: SandboxRequest, **arguments: Any) -> HttpResponseBase:
        return chosen(views, request)(request, **arguments)

    return call


def chosen(views: dict[str, View], request: SandboxRequest) -> View:
    """Return the view for the request's method. Raises ApiError 405."""
    view = views.get(request.method or "")
    if view is None:
        allowed = {"Allow": ", ".join(sorted(views))}
        raise ApiError(405, "SANDBOX_METHOD_NOT_ALLOWED", "Not this method.", headers=allowed)
    request.operation = view.__name__
    return view


def with_faults(
    request: SandboxRequest, answer: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """Return the answer, or what a fault that waits for this operation makes of it."""
    fault = request.services.behaviour.take_request_fault(request.operation)
    return ACTIONS[fault.name](request, fault.options, answer) if fault else answer()


def authenticated(
    view: View, request: SandboxRequest, arguments: dict[str, Any]
) -> HttpResponseBase:
    """Call a view on behalf of the organisation whose key the request carries."""
    services = request.services
    found = services.accounts.authenticate(request.META.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        raise ApiError(401, "UNAUTHORIZED", "Send a valid API key as a Bearer token.")
    if request.META.get("HTTP_X_ORGANIZATION_ID", found.id) != found.id:
        raise ApiError(403, "ORGANIZATION_MEMBERSHIP_REQUIRED", "The key is not of that one.")
    services.secrets.share_with(found.id)
    request.organisation = found
    return view(request, **arguments)
