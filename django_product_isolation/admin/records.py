"""What the admins of runs and batches share: nothing is typed in, and long lists are cut.

A list is counted, and paged, up to a limit only, so that it takes as long as a short one.
"""

from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from django_product_isolation.staff import permissions

if TYPE_CHECKING:
    AnyPaginator = Paginator[Any]
else:
    AnyPaginator = Paginator

MAX_LISTED = 10_000
NO_THUMB = SafeString('<span class="isolation-thumb"></span>')


class BoundedPaginator(AnyPaginator):
    """Counts no further than MAX_LISTED; what comes after is found by searching and filtering."""

    @cached_property
    def is_cut(self) -> bool:
        """Whether there are more rows than are listed."""
        return self.counted > MAX_LISTED

    @cached_property
    def count(self) -> int:
        return min(self.counted, MAX_LISTED)

    @cached_property
    def max_listed(self) -> int:
        return MAX_LISTED

    @cached_property
    def counted(self) -> int:
        """How many rows there are, up to one more than are listed."""
        listed: Any = self.object_list
        counted: int = listed.order_by().values("pk")[: MAX_LISTED + 1].count()
        return counted


class StartedFilter(admin.DateFieldListFilter):
    """By when the batch was begun, in the word of the list's column."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("started")


class ReadOnly:
    """For a ModelAdmin or an inline: no adding, changing or deleting; read with our rights."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.has_view_permission(request)

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse before Django looks for the object, which it says is not there."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        response: HttpResponse = super().history_view(request, *args, **kwargs)  # type: ignore[misc]
        return response


def thumb(url: str, alt: Any) -> str:
    """A very small preview, or an empty frame where there is none."""
    if not url:
        return NO_THUMB
    html = '<img class="isolation-thumb" src="{}" alt="{}" loading="lazy" width="48" height="48">'
    return format_html(html, url, alt)
