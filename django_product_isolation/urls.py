"""The app's own addresses. The host includes them once, anywhere.

The doors for machines are always there; the pages for staff where Django's admin is installed,
which draws them.
"""

from django.apps import apps
from django.urls import path, register_converter

from .callbacks import TokenConverter
from .views import health
from .views.callback import CallbackView

register_converter(TokenConverter, "isolation_token")

app_name = "product_isolation"

urlpatterns = [
    # With and without a slash: a redirect would lose the callback.
    path("callback/<isolation_token:pk>/", CallbackView.as_view()),
    path("callback/<isolation_token:pk>", CallbackView.as_view(), name="callback"),
    path("health/", health.health, name="health"),
]

if apps.is_installed("django.contrib.admin"):
    from .admin.attach import attach
    from .admin.confirm import confirm
    from .admin.selections import select_images
    from .views import preview, progress, review, spending
    from .views.restore import restore

    urlpatterns += [
        path("batches/<uuid:pk>/", progress.progress, name="progress"),
        path("review/", review.review, name="review"),
        path("spending/", spending.spending, name="spending"),
        path("spending/export/", spending.export, name="spending_export"),
        path("preview/<uuid:pk>/<str:which>/", preview.run_picture, name="preview_run"),
        path("preview/<str:model_label>/<str:pk>/", preview.image_picture, name="preview_image"),
        path("select/<str:model_label>/", select_images, name="select"),
        path("confirm/<uuid:pk>/", confirm, name="confirm"),
        path("runs/<uuid:pk>/restore/", restore, name="restore"),
    ]

    # Where this app stands before the admin in INSTALLED_APPS, the host's model admins are only
    # registered after our ready(): by the time the URLs are loaded they all are.
    attach()
