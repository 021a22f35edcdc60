from django.contrib import admin

from tests.shops.catalogue.admin import ProductImageAdmin

from .models import PlainRow

# As a shop of that size has it: Django's own choice lists every product there is.
ProductImageAdmin.raw_id_fields = ("product",)


@admin.register(PlainRow)
class PlainRowAdmin(admin.ModelAdmin):
    """Django's own list, as it comes."""

    list_display = ("name", "created_at")
