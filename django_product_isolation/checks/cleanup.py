"""A check for shops with apps that delete files because no field of files names them."""

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import CheckMessage, Warning

from django_product_isolation.conf import IsolationSettings

EXCLUDE = "Give cleanup_unused_media --exclude '{}' for the folder of each such field, every time."
# By the app's name, what each offers against it. None knows a setting.
WAYS_OUT = {
    "django_unused_media": EXCLUDE.format("products/*"),
    "unused_media_cleaner": EXCLUDE.format("products/"),
}


def check_cleanup(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """A row names one file of the pair; the other, and what waits for review, only runs name."""
    for library, way_out in WAYS_OUT.items():
        if settings.IMAGES and apps.is_installed(library):
            yield Warning(
                f"{library} deletes originals that can be restored, and results that wait for "
                "review: it asks fields of files alone, and runs keep names in plain columns.",
                hint=f"{way_out} There prune_isolations removes what nobody needs. Then name this "
                "id in SILENCED_SYSTEM_CHECKS.",
                id="product_isolation.W039",
            )
