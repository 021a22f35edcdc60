"""The app's own addresses. The host includes them once, anywhere."""

from django.urls import path, register_converter

from .admin.actions import attach_actions
from .callbacks import TokenConverter
from .views import health, preview, progress
from .views.callback import CallbackView

register_converter(TokenConverter, "isolation_token")

app_name = "product_isolation"

urlpatterns = [
    # With and without a slash: a redirect would lose the callback.
    path("callback/<isolation_token:pk>/", CallbackView.as_view()),
    path("callback/<isolation_token:pk>", CallbackView.as_view(), name="callback"),
    path("health/", health.health, name="health"),
    path("batches/<uuid:pk>/", progress.progress, name="progress"),
    path("preview/<uuid:pk>/<str:which>/", preview.run_picture, name="preview_run"),
    path("preview/<str:model_label>/<str:pk>/", preview.image_picture, name="preview_image"),
]

# Where this app stands before the admin in INSTALLED_APPS, the host's model admins are only
# registered after our ready(): by the time the URLs are loaded they all are.
attach_actions()
