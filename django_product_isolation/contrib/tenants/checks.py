"""A system check: runs are kept where the images are that they are about."""

from typing import Any

from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from django_product_isolation.host import get_targets

from .app_lists import lists_with

OURS = "product_isolation"
CONFIG = "django_product_isolation.apps.ProductIsolationConfig"


def check_tenants(**_kwargs: Any) -> list[CheckMessage]:
    """Say which images are in other schemas than their runs would be."""
    try:
        models = {model for model, _field in get_targets()}
    except ImproperlyConfigured:
        return []  # the app's own checks say so
    own = lists_with(OURS)
    return [
        Error(
            f"{model._meta.label} is in {words(theirs)}, but its isolations would be in "
            f"{words(own)}: tenants would meet one another's, or none.",
            hint=f"Name {CONFIG} in the same lists as the app of the images, and migrate_schemas.",
            id="product_isolation.E041",
        )
        for model in sorted(models, key=lambda one: one._meta.label)
        if (theirs := lists_with(model._meta.app_label)) != own
    ]


def words(lists: set[str]) -> str:
    return " and ".join(sorted(lists)) or "no list of apps"
