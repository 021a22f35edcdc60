from baton.autodiscover import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("baton/", include("baton.urls")),
    path("product-isolation/", include("django_product_isolation.urls")),
]
