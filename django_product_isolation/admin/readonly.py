"""What our records have in common in the admin: they are read, never typed in."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from django_product_isolation.staff import permissions


class ReadOnly:
    """For a ModelAdmin or an inline: no adding, changing or deleting; read with our rights."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return permissions.may_watch(request)

    def history_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse before Django looks for the object, which it says is not there."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        response: HttpResponse = super().history_view(request, *args, **kwargs)  # type: ignore[misc]
        return response
