import os
import uuid

from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles.views import serve
from django.http import FileResponse, HttpRequest
from django.urls import include, path
from django.views.decorators.cache import cache_control


@cache_control(private=True, max_age=3600)
def ready(request: HttpRequest, pk: uuid.UUID, which: str) -> FileResponse:
    """A small picture that was made beforehand."""
    name = f"{pk}-{which}-{request.GET.get('size')}.jpg"
    return FileResponse((settings.READY / name).open("rb"))


urlpatterns = [
    path("static/<path:path>", serve, {"insecure": True}),
    path("admin/", admin.site.urls),
    path("product-isolation/", include("django_product_isolation.urls")),
]
if os.environ.get("READY"):
    address = "product-isolation/preview/<uuid:pk>/<str:which>/"
    urlpatterns.insert(0, path(address, ready))
