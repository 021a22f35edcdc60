"""The shop's addresses: storefront, admin, and the one line that product isolation asks for."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("shop.urls")),
    path("admin/", admin.site.urls),
    path("product-isolation/", include("django_product_isolation.urls")),
]
# Files are served by Django itself only while DEBUG is on, which is in the demo.
urlpatterns += static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT)
