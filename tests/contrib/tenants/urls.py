"""What each shop shows: its admin, our pages, and its pictures to customers."""

from django.contrib import admin
from django.http import FileResponse
from django.urls import include, path

from .store.models import Picture


def shown(request, pk):
    return FileResponse(Picture.objects.get(pk=pk).photo.open("rb"))


urlpatterns = [
    path("admin/", admin.site.urls),
    path("pictures/<int:pk>/", shown),
    path("product-isolation/", include("django_product_isolation.urls")),
]
