"""The addresses of our pages, for whichever place has them among its own."""

from django.urls import URLPattern, path

from .batch import progress
from .confirm import confirm
from .finding_counts import findings
from .pictures import image_picture, run_picture
from .restore import restore, restores
from .review import review
from .selections import select_images
from .spending import export, spending


def staff_pages() -> list[URLPattern]:
    """The pages, as patterns of their own: a place may decorate them."""
    return [
        path("batches/<uuid:pk>/", progress, name="progress"),
        path("review/", review, name="review"),
        path("findings/", findings, name="findings"),
        path("spending/", spending, name="spending"),
        path("spending/export/", export, name="spending_export"),
        path("preview/<uuid:pk>/<str:which>/", run_picture, name="preview_run"),
        path("preview/<str:model_label>/<str:pk>/", image_picture, name="preview_image"),
        path("select/<str:model_label>/", select_images, name="select"),
        path("confirm/<uuid:pk>/", confirm, name="confirm"),
        path("runs/<uuid:pk>/restore/", restore, name="restore"),
        path("restores/<str:at>/", restores, name="restores"),
    ]
