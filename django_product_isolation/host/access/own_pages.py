"""The request with which a site, or a ModelAdmin, is asked: as it comes to pages of its own.

A shop may tell its sites apart by the address. Our pages have another, so whoever is asked gets a
copy of the request that stands at an address of theirs. The person, the session and what else
middleware noted are the same; what is noted on the copy, or said to the person, is lost.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, resolve, reverse

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite, ModelAdmin

# On the request itself: copies kept there lead back to it, so that a weak reference never ended.
MEMORY = "_isolation_memory"
# By this a site can tell our copies from what people open (docs/access.md).
MOVED = "product_isolation_path"


def memory(request: HttpRequest) -> dict[Any, Any]:
    """What was found out once for the request, or for one of its copies."""
    known: dict[Any, Any] = vars(request).setdefault(MEMORY, {})
    return known


def copy_of_request(request: HttpRequest) -> HttpRequest:
    """A copy of the request, to ask others with."""
    memory(request)  # which the copy shares
    same: HttpRequest = object.__new__(type(request))
    vars(same).update(vars(request), META=dict(request.META))
    if hasattr(request, "_messages"):
        from django.contrib.messages.storage import default_storage

        vars(same)["_messages"] = default_storage(same)
    return same


def request_at(request: HttpRequest, path: str) -> HttpRequest:
    """A copy of the request that stands at ``path``, an address on this host."""
    same = copy_of_request(request)
    vars(same).setdefault(MOVED, request.path)
    same.path = unquote(path)
    same.path_info = "/" + same.path.removeprefix(get_script_prefix())
    same.META["PATH_INFO"] = same.path_info
    try:
        same.resolver_match = resolve(same.path_info)
    except Resolver404:
        same.resolver_match = None
    return same


def get_request_at(request: HttpRequest, path: str) -> HttpRequest:
    """The request of the same person for the page at ``path``, which may have a query."""
    path, _mark, query = path.partition("?")
    same = request_at(request, path)
    same.method, same.META["QUERY_STRING"], same.GET = "GET", query, QueryDict(query)
    return same


def site_around(request: HttpRequest) -> "AdminSite | None":
    """The site whose page the person asks for; None for a page of no site, such as ours.

    Django notes it on what a site's ``admin_view`` stands before.
    """
    if MOVED in vars(request):
        return None  # nobody was let in there
    page = getattr(request.resolver_match, "func", None)
    site: AdminSite | None = getattr(getattr(page, "model_admin", page), "admin_site", None)
    return site


def at_site(site: "AdminSite", request: HttpRequest) -> HttpRequest:
    """A copy of the request that stands on the site's first page, or stays on one of its pages."""
    if site_around(request) is site:
        return copy_of_request(request)
    path = address(site, "index")
    return request_at(request, path) if path else copy_of_request(request)


def at_list(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpRequest:
    """A copy of the request that stands on the ModelAdmin's list, the same for all questions.

    The request itself on a page of its own.
    """
    if getattr(getattr(request.resolver_match, "func", None), "model_admin", None) is model_admin:
        return request
    copies, key = memory(request), (model_admin, request.user.pk)
    if key not in copies:
        path = address_of(model_admin, "changelist")
        copies[key] = (
            request_at(request, path) if path else at_site(model_admin.admin_site, request)
        )
    found: HttpRequest = copies[key]
    return found


def at_page(model_admin: "ModelAdmin[Any]", request: HttpRequest, row: Model) -> HttpRequest:
    """A copy of the request that opens the page of one row of the ModelAdmin."""
    from django.contrib.admin.utils import quote

    same = copy_of_request(at_list(model_admin, request))
    same.method = "GET"
    if path := address_of(model_admin, "change", quote(row.pk)):
        return request_at(same, path)
    return same


def address_of(model_admin: "ModelAdmin[Any]", page: str, *args: str) -> str:
    """The address of a page of the ModelAdmin; "" where it has none."""
    opts = model_admin.opts
    name = f"{opts.app_label}_{opts.model_name}_{page}"
    return address(model_admin.admin_site, name, *args)


def address(site: "AdminSite", name: str, *args: str) -> str:
    """The address of a page of the site; "" where it has none."""
    try:
        return reverse(f"admin:{name}", args=args, current_app=site.name)
    except NoReverseMatch:
        return ""
