from django.contrib import admin

from .models import Photo, Product

admin.site.register(Product)


@admin.register(Photo)
class PhotoAdmin(admin.ModelAdmin):
    actions = ("bin_photos",)

    @admin.action(description="Put into the bin")
    def bin_photos(self, request, queryset):
        queryset.update(is_binned=True)
