"""The app's own addresses. The host includes them once, anywhere.

Those for machines are always there; the staff pages, which extend the admin's templates, only where
Django's admin is installed.
"""

from django.apps import apps
from django.urls import path, register_converter

from .runflow.callbacks import TokenConverter
from .views import health
from .views.callback import CallbackView

register_converter(TokenConverter, "isolation_token")

app_name = "product_isolation"

urlpatterns = [
    # With and without a slash: a redirect would lose the callback.
    path("callback/<isolation_token:pk>/", CallbackView.as_view()),
    path("callback/<isolation_token:pk>", CallbackView.as_view(), name="callback"),
    path("health/", health.health, name="health"),
    path("health/lateness/", health.lateness_of_steps, name="lateness"),
]

if apps.is_installed("django.contrib.admin"):
    from .admin.host.attach import attach
    from .staff.batch import progress
    from .staff.confirm import confirm
    from .staff.pictures import image_picture, run_picture
    from .staff.restore import restore, restores
    from .staff.review import review
    from .staff.selections import select_images
    from .staff.spending import export, spending

    urlpatterns += [
        path("batches/<uuid:pk>/", progress, name="progress"),
        path("review/", review, name="review"),
        path("spending/", spending, name="spending"),
        path("spending/export/", export, name="spending_export"),
        path("preview/<uuid:pk>/<str:which>/", run_picture, name="preview_run"),
        path("preview/<str:model_label>/<str:pk>/", image_picture, name="preview_image"),
        path("select/<str:model_label>/", select_images, name="select"),
        path("confirm/<uuid:pk>/", confirm, name="confirm"),
        path("runs/<uuid:pk>/restore/", restore, name="restore"),
        path("restores/<str:at>/", restores, name="restores"),
    ]

    # Where this app stands before the admin in INSTALLED_APPS, the host's model admins are only
    # registered after our ready(): by the time the URLs are loaded they all are.
    attach()
