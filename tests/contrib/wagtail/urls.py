from django.contrib import admin
from django.urls import include, path
from wagtail.admin import urls as wagtail_urls

urlpatterns = [
    path("django-admin/", admin.site.urls),
    path("admin/", include(wagtail_urls)),
    path("product-isolation/", include("django_product_isolation.urls")),
]
