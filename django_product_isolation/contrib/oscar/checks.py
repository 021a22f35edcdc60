"""System checks of the order of apps and of the settings for Oscar."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Warning

from django_product_isolation.staff.targets import find_targets

from .controls import IMAGES


def check_oscar(**_kwargs: Any) -> list[CheckMessage]:
    """Say what would keep the controls off the dashboard's pages."""
    found: list[CheckMessage] = []
    names = [config.name for config in apps.get_app_configs()]
    ours = "django_product_isolation.contrib.oscar"
    if "oscar" not in names or names.index("oscar") < names.index(ours):
        found.append(
            Warning(
                f"{ours} does not stand before Oscar, so its dashboard shows no isolation.",
                hint="Name it in INSTALLED_APPS before *oscar.INSTALLED_APPS.",
                id="product_isolation.W025",
            )
        )
    if not find_targets(IMAGES):
        found.append(
            Warning(
                "Oscar's images cannot be isolated, so its dashboard shows no isolation.",
                hint='Name them in PRODUCT_ISOLATION["IMAGES"]: '
                '"catalogue.ProductImage": {"field": "original", "product": "product"}.',
                id="product_isolation.W021",
            )
        )
    return found
