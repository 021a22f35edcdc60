from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest

from .models import Comparing, GroupPhoto, Noticed, Photo, Remembering, Ware

admin.site.register(Ware)
admin.site.register(Photo)
admin.site.register([Comparing, Noticed, Remembering])


@admin.register(GroupPhoto)
class GroupPhotoAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Joins the wares for its list, so that each photo comes once for each of them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).annotate(shows=F("wares__name"))
