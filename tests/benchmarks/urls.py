"""The tests' shop, and beside it the same lists as Django draws them without the app."""

from django.contrib import admin
from django.urls import include, path

from tests.catalogue.admin import ProductImageAdmin
from tests.catalogue.models import ProductImage

from .admin import PlainRowAdmin
from .models import PlainRow


class ManyRows(PlainRowAdmin):
    list_per_page = 500


# Registered when the app has been through all admins, so that it adds nothing to these.
plain = admin.AdminSite("plain")
plain.register(ProductImage, ProductImageAdmin)
plain.register(PlainRow, ManyRows)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("plain/", plain.urls),
    path("product-isolation/", include("django_product_isolation.urls")),
]
