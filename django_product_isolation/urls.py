"""The app's own addresses. The host includes them once, anywhere.

The doors for machines are always there; the pages for staff where Django's admin is installed,
which draws them.
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
    from .staff import batch, pictures, review, spending
    from .staff.confirm import confirm
    from .staff.decorators import readable
    from .staff.restore import restore, restores
    from .staff.selections import select_images

    run_picture, image_picture = readable(pictures.run_picture), readable(pictures.image_picture)
    urlpatterns += [
        path("batches/<uuid:pk>/", readable(batch.progress), name="progress"),
        path("review/", readable(review.review), name="review"),
        path("spending/", readable(spending.spending), name="spending"),
        path("spending/export/", readable(spending.export), name="spending_export"),
        path("preview/<uuid:pk>/<str:which>/", run_picture, name="preview_run"),
        path("preview/<str:model_label>/<str:pk>/", image_picture, name="preview_image"),
        path("select/<str:model_label>/", readable(select_images), name="select"),
        path("confirm/<uuid:pk>/", readable(confirm), name="confirm"),
        path("runs/<uuid:pk>/restore/", readable(restore), name="restore"),
        path("restores/<str:at>/", readable(restores), name="restores"),
    ]

    # Where this app stands before the admin in INSTALLED_APPS, the host's model admins are only
    # registered after our ready(): by the time the URLs are loaded they all are.
    attach()
