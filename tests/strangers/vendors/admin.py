from django.contrib import admin

from .models import Photo


@admin.register(Photo)
class PhotoAdmin(admin.ModelAdmin):
    """Every vendor works on their own photos, in the way that Django's documentation shows."""

    def get_queryset(self, request):
        photos = super().get_queryset(request)
        if request.user.is_superuser:
            return photos
        return photos.filter(product__vendor=request.user)
