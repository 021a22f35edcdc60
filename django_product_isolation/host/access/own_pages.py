"""The request with which a site, or a ModelAdmin, is asked: as it comes to pages of its own.

A shop may tell its sites apart by the address, and read a query of its own there. Our pages have
another address and other words in it, so whoever is asked gets a copy of the request that stands at
an address of theirs, without a query and without what was posted to us. The method, the person, the
session and what else middleware noted are the same; what is noted on the copy, or said to the
person, is lost.
"""

from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.urls import NoReverseMatch, Resolver404, get_script_prefix, resolve, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.encoding import iri_to_uri

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite, ModelAdmin

# On the request itself: copies kept there lead back to it, so that a weak reference never ended.
MEMORY = "_isolation_memory"
# By this a site can tell our copies from what people open (docs/access.md).
MOVED = "product_isolation_path"
# Where servers say once more what was asked for, with the query.
WHOLE_ADDRESS = ("REQUEST_URI", "RAW_URI")


def memory(request: HttpRequest) -> dict[Any, Any]:
    """What was found out once for the request, or for one of its copies."""
    known: dict[Any, Any] = vars(request).setdefault(MEMORY, {})
    return known


def copy_of_request(request: HttpRequest) -> HttpRequest:
    """A copy of the request, to ask others with."""
    memory(request)  # which the copy shares
    same: HttpRequest = object.__new__(type(request))
    vars(same).update(vars(request), META=dict(request.META))
    if "environ" in vars(same):
        vars(same)["environ"] = same.META
    if hasattr(request, "_messages"):
        from django.contrib.messages.storage import default_storage

        vars(same)["_messages"] = default_storage(same)
    return same


def request_at(request: HttpRequest, path: str, query: str = "") -> HttpRequest:
    """A copy of the request that stands at ``path``, an address on this host, with that query."""
    same = copy_of_request(request)
    vars(same).setdefault(MOVED, request.path)
    same.path = unquote(path)
    same.path_info = "/" + same.path.removeprefix(get_script_prefix())
    same.META["PATH_INFO"] = same.path_info
    ask_for_nothing(same, query)
    try:
        same.resolver_match = resolve(same.path_info)
    except Resolver404:
        same.resolver_match = None
    return same


def ask_for_nothing(same: HttpRequest, query: str = "") -> None:
    """Take from a copy what was asked of our page and posted to it, wherever Django keeps that."""
    same.GET, same.POST = QueryDict(query), QueryDict()
    same.content_type, same.content_params = "", {}
    given, files = vars(same), MultiValueDict[str, Any]()
    given.update(FILES=files, _files=files, _body=b"", _stream=BytesIO(), _read_started=False)
    given.pop("headers", None)  # made from META, when next asked for
    same.META.update(QUERY_STRING=query, CONTENT_TYPE="", CONTENT_LENGTH="0")
    address = iri_to_uri(same.path) + (f"?{query}" if query else "")
    same.META.update({name: address for name in WHOLE_ADDRESS if name in same.META})
    if "wsgi.input" in same.META:
        same.META["wsgi.input"] = BytesIO()
    if "scope" in given:
        given["scope"] = scope_at(same.path, query, given["scope"])


def scope_at(path: str, query: str, scope: dict[str, Any]) -> dict[str, Any]:
    """What an ASGI server would say of a request without a body for that address."""
    headers = [one for one in scope.get("headers", ()) if not one[0].startswith(b"content-")]
    words = {"raw_path": iri_to_uri(path).encode(), "query_string": query.encode()}
    return {**scope, **words, "path": path, "headers": headers}


def opened(request: HttpRequest) -> HttpRequest:
    """A copy of the request that only opens the page, which is when a page is drawn as a whole."""
    same = copy_of_request(request)
    same.method = same.META["REQUEST_METHOD"] = "GET"
    return same


def get_request_at(request: HttpRequest, path: str) -> HttpRequest:
    """The request of the same person for the page at ``path``, which may have a query."""
    path, _mark, query = path.partition("?")
    return request_at(opened(request), path, query)


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
        path = address_of(model_admin, "changelist") or address(model_admin.admin_site, "index")
        copies[key] = request_at(request, path or "/")
    found: HttpRequest = copies[key]
    return found


def at_page(model_admin: "ModelAdmin[Any]", request: HttpRequest, row: Model) -> HttpRequest:
    """A copy of the request that stands on the page of one row of the ModelAdmin."""
    from django.contrib.admin.utils import quote

    same = at_list(model_admin, request)
    path = address_of(model_admin, "change", quote(row.pk))
    return request_at(same, path) if path else copy_of_request(same)


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
