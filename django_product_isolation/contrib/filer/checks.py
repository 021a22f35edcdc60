"""System checks of the order of apps and of the settings for filer."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Warning
from django.utils.module_loading import import_string

from .images import find_images

OURS = "django_product_isolation.contrib.filer"


def check_filer(**_kwargs: Any) -> list[CheckMessage]:
    """Say what would keep the actions off filer's folders."""
    if find_images() is None:
        label = import_string("filer.settings.FILER_IMAGE_MODEL")
        return [
            Warning(
                "Filer's images cannot be isolated, so its folders show no isolation.",
                hint=f'Name them in PRODUCT_ISOLATION["IMAGES"]: "{label}": {{"field": "file"}}.',
                id="product_isolation.W026",
            )
        ]
    names = [config.name for config in apps.get_app_configs()]
    before = [name for name in ("django.contrib.admin", "filer") if name in names]
    if any(names.index(name) > names.index(OURS) for name in before):
        return [
            Warning(
                f"{OURS} stands before {' or '.join(before)}, so filer's folders show no "
                "isolation.",
                hint="Name it in INSTALLED_APPS after both.",
                id="product_isolation.W027",
            )
        ]
    return []
