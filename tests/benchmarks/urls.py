"""The tests' shop, and beside it the same lists as Django draws them without the app."""

from django.contrib import admin
from django.urls import include, path

from tests.shops.catalogue.admin import ProductImageAdmin
from tests.shops.catalogue.models import ProductImage

from .admin import PlainRowAdmin
from .models import PlainRow


class ManyRows(PlainRowAdmin):
    list_per_page = 500


urlpatterns = [
    path("admin/", admin.site.urls),
    path("product-isolation/", include("django_product_isolation.urls")),
]

plain = admin.AdminSite("plain")
admin.sites.all_sites.discard(plain)  # so that the app knows nothing of it, and adds nothing to it
plain.register(ProductImage, ProductImageAdmin)
plain.register(PlainRow, ManyRows)
urlpatterns.append(path("plain/", plain.urls))
