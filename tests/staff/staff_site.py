"""A shop whose staff have an admin site of their own; Django's default one has no address."""

from django.contrib import admin
from django.urls import include, path

from tests.shops.catalogue.models import ProductImage

site = admin.AdminSite(name="staff")


class StaffImage(ProductImage):
    class Meta:
        proxy = True
        app_label = "catalogue"
        verbose_name_plural = "staff images"


site.register(StaffImage)

urlpatterns = [
    path("staff/", site.urls),
    path("product-isolation/", include("django_product_isolation.urls")),
]
