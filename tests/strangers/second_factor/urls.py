from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path

from .admin import site

urlpatterns = [
    path("admin/", site.urls),
    path("product-isolation/", include("django_product_isolation.urls")),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
