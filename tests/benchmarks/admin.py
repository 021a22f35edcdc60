from django.contrib import admin

from .models import PlainRow


@admin.register(PlainRow)
class PlainRowAdmin(admin.ModelAdmin):
    """Django's own list, as it comes."""

    list_display = ("name", "created_at")
