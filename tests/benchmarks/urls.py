"""The tests' shop, and beside it the same lists as Django draws them without the app."""

from django.contrib import admin
from django.urls import include, path

from tests.catalogue.admin import ProductImageAdmin
from tests.catalogue.models import ProductImage

from .admin import PlainRowAdmin
from .models import PlainRow


class ManyRows(PlainRowAdmin):
    list_per_page = 500


urlpatterns = [
    path("admin/", admin.site.urls),
    path("product-isolation/", include("django_product_isolation.urls")),
]

# Made when the app has been through all admins that there are, so that it adds nothing to these.
plain = admin.AdminSite("plain")
plain.register(ProductImage, ProductImageAdmin)
plain.register(PlainRow, ManyRows)
urlpatterns.append(path("plain/", plain.urls))
