"""The app's own addresses. The host includes them once, anywhere."""

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path, re_path

from .admin.actions import attach_actions
from .views import health, preview, progress
from .views.callback import CallbackView

app_name = "product_isolation"

urlpatterns: list[URLPattern | URLResolver] = [
    # With and without a slash: a redirect would lose the callback.
    re_path(r"^callback/(?P<token>[^/]+)/?$", CallbackView.as_view(), name="callback"),
    path("health/", health.health, name="health"),
    path("batches/<uuid:pk>/", progress.progress, name="progress"),
    path("preview/<uuid:pk>/<str:which>/", preview.run_picture, name="preview_run"),
    path("preview/<str:model_label>/<str:pk>/", preview.image_picture, name="preview_image"),
]

if apps.is_installed("django_product_isolation.contrib.oscar"):
    urlpatterns += [path("oscar/", include("django_product_isolation.contrib.oscar.urls"))]

# Where this app stands before the admin in INSTALLED_APPS, the host's model admins are only
# registered after our ready(): by the time the URLs are loaded they all are.
attach_actions()
