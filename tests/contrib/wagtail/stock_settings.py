"""The same shop with Wagtail's own image model."""

from .settings import *  # noqa: F403
from .settings import PRODUCT_ISOLATION as ISOLATION

WAGTAILIMAGES_IMAGE_MODEL = "wagtailimages.Image"
PRODUCT_ISOLATION = {
    **ISOLATION,
    "IMAGES": {
        label.replace("gallery.GalleryImage", WAGTAILIMAGES_IMAGE_MODEL): entry
        for label, entry in ISOLATION["IMAGES"].items()
    },
}
