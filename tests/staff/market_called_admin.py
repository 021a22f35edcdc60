"""The addresses of a shop whose own admin site is called like Django's, which has none there."""

from django.contrib.admin import AdminSite
from django.urls import include, path


class StrictSite(AdminSite):
    site_header = "Strict"


site = StrictSite(name="admin")

urlpatterns = [
    path("admin/", site.urls),
    path("product-isolation/", include("django_product_isolation.urls")),
]
