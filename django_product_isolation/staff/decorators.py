"""What no page of ours can be asked: one rule before every view and every list in the admin.

Text that no database takes is no request of a person's. Must not know what a page is about.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern
from django.views.decorators.csrf import csrf_protect

if TYPE_CHECKING:
    AnyModelAdmin = admin.ModelAdmin[Any]
else:
    AnyModelAdmin = object

View = Callable[..., HttpResponseBase]
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


class ReadableAdmin(AnyModelAdmin):
    """For our own ModelAdmins: every view of theirs is ``readable``."""

    def get_urls(self) -> list[URLPattern]:
        patterns: list[URLPattern] = super().get_urls()
        for pattern in patterns:
            pattern.callback = readable(pattern.callback)
        return patterns

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return ReadableList
