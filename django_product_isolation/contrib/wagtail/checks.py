"""System checks of the order of apps and of the settings for Wagtail."""

from typing import Any

from django.apps import apps
from django.core.cache.backends.locmem import LocMemCache
from django.core.checks import CheckMessage, Warning

from django_product_isolation.staff.targets import find_target

OURS = "django_product_isolation.contrib.wagtail"


def check_wagtail(**_kwargs: Any) -> list[CheckMessage]:
    """Say what would keep the controls off Wagtail's pages for images."""
    found: list[CheckMessage] = []
    names = [config.name for config in apps.get_app_configs()]
    if "wagtail.images" not in names or names.index("wagtail.images") < names.index(OURS):
        found.append(
            Warning(
                f"{OURS} does not stand before wagtail.images, so an image's page in Wagtail "
                "shows no isolation.",
                hint="Name it in INSTALLED_APPS before wagtail.images.",
                id="product_isolation.W028",
            )
        )
    if "wagtail.images" in names and find_target(image_label()) is None:
        found.append(
            Warning(
                "Wagtail's image list shows no isolation: of its images no field is named, or "
                "several are.",
                hint='Name one in PRODUCT_ISOLATION["IMAGES"]: '
                f'"{image_label()}": {{"field": "file"}}.',
                id="product_isolation.W029",
            )
        )
    return found


def check_rendition_cache(**_kwargs: Any) -> list[CheckMessage]:
    """Say that processes which remember renditions for themselves do not hear of a swap."""
    from wagtail.images.models import Rendition

    if not isinstance(Rendition.cache_backend, LocMemCache):
        return []
    return [
        Warning(
            "Wagtail remembers renditions in each process's own memory, so a page from another "
            "process may name a rendition that is gone after an original was put back.",
            hint='Have CACHES["renditions"] name a cache that all processes share, or a '
            '"django.core.cache.backends.dummy.DummyCache".',
            id="product_isolation.W033",
        )
    ]


def image_label() -> str:
    """The site's image model, such as ``wagtailimages.Image``."""
    from wagtail.images import get_image_model_string

    return str(get_image_model_string())
