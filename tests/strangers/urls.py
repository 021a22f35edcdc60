"""The addresses of a stranger's shop: its admin, its files, and our one line."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("product-isolation/", include("django_product_isolation.urls")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
