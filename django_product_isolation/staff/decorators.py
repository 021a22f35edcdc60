"""What is asked before every page of ours: readable texts, a login, a permission.

Text that no database takes is no request of a person's.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest
from django.db import DataError, OperationalError, transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from django_product_isolation.host.access.sites import get_admin_site, index_url

from . import permissions

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyModelAdmin = object

View = Callable[..., HttpResponseBase]
Find = Callable[..., tuple[Any, str]]
# What databases and their drivers say of a date or a number that is out of all bounds.
OUT_OF_BOUNDS = (DataError, OverflowError, ValueError)


def readable(view: View) -> View:
    """The view, for requests whose texts a database can take; others are answered 400 or 404.

    Posts need Django's CSRF token, as in the admin, whether or not the shop has the middleware.
    """

    @csrf_protect
    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not all(map(is_text, (value for value in kwargs.values() if isinstance(value, str)))):
            raise Http404
        if not all(map(is_text, texts_of(request))):
            raise BadRequest("A text holds what is no character.")
        return view(request, *args, **kwargs)

    return checked


def texts_of(request: HttpRequest) -> Iterator[str]:
    """All names and values in the address and in what was posted."""
    for given in (request.GET, request.POST):
        for name, values in given.lists():
            yield name
            yield from (value for value in values if isinstance(value, str))


def is_text(text: str) -> bool:
    """Whether every database can keep it: no NUL, and no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def staff_page(
    *needed: str, methods: Sequence[str] = ("GET", "HEAD", "POST"), find: Find | None = None
) -> Callable[[View], View]:
    """A page for staff who have one of the permissions ``needed``; others log in or get 403.

    ``find`` takes the address's arguments and returns what the page is about, which the view gets
    in their place, with the label of the model of its images. What is None is answered 404, but
    only to those who are let in.
    """

    def decorate(view: View) -> View:
        # Decisions and orders make transactions of their own, which may have to be repeated.
        @readable
        @never_cache
        @transaction.non_atomic_requests
        @require_http_methods(list(methods))
        @wraps(view)
        def checked(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            found, label = find(**kwargs) if find else (kwargs, "")
            back = request.get_full_path() if "GET" in methods else way_back(request, label)
            answer = permissions.login_or_403(request, *needed, model_label=label, back=back)
            if answer is not None:
                return answer
            if found is None:
                raise Http404
            return view(request, found) if find else view(request, **kwargs)

        return checked

    return decorate


def way_back(request: HttpRequest, model_label: str) -> str:
    """The path that was given to go back to; else the first page of the site with that model."""
    return read_back(request) or index_url(get_admin_site(request, model_label), request)


def read_back(request: HttpRequest) -> str:
    """The path in ``back``, by GET or POST; "" when none was given or it leads to another host."""
    back = request.GET.get("back") or request.POST.get("back") or ""
    here, secure = {request.get_host()}, request.is_secure()
    return back if url_has_allowed_host_and_scheme(back, here, require_https=secure) else ""


class ReadableList(ChangeList):
    """A list that sends away who asks for what no database can compare, as Django does itself.

    Django asks the database only after it has looked at what was asked.
    """

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
            self.result_list: Any = list(self.result_list)
        except OUT_OF_BOUNDS as error:
            raise IncorrectLookupParameters(error) from error
        except OperationalError as error:
            # So say SQLite and MySQL of a pattern that is none, and all of a failure of theirs.
            if not any("regex" in name for name in request.GET):
                raise
            raise IncorrectLookupParameters(error) from error


def framed(view: View) -> View:
    """The admin's view with our style sheet and the sandbox note on whatever page it shows."""

    @wraps(view)
    def with_frame(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse):
            page = response.resolve_template(response.template_name)
            response.context_data = {**(response.context_data or {}), "framed_page": page}
            response.template_name = "admin/product_isolation/admin_frame.html"
        return response

    return with_frame


class ReadableAdmin(AnyModelAdmin):
    """For our own ModelAdmins: every view of theirs is ``readable`` and ``framed``."""

    def get_urls(self) -> list[URLPattern]:
        patterns: list[URLPattern] = super().get_urls()
        for pattern in patterns:
            pattern.callback = readable(framed(pattern.callback))
        return patterns

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ReadableList
