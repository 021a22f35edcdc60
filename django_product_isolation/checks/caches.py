"""Checks of libraries that hand out copies of rows."""

from collections.abc import Iterator
from importlib import import_module

from django.apps import apps
from django.core.checks import CheckMessage, Error

from django_product_isolation.conf import IsolationSettings

LIBRARY = "cachalot"


def check_caches(_settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Our rows come due by the database's clock, which changes no table."""
    if not apps.is_installed(LIBRARY):
        return
    is_enabled = import_module(f"{LIBRARY}.settings").cachalot_settings.CACHALOT_ENABLED
    is_copied = import_module(f"{LIBRARY}.utils").is_cachable
    ours = apps.get_app_config("product_isolation").get_models()
    if is_enabled and any(is_copied(model._meta.db_table) for model in ours):
        yield Error(
            "django-cachalot hands out copies of what is due, so workers would find nothing to do.",
            hint='Add "product_isolation" to CACHALOT_UNCACHABLE_APPS.',
            id="product_isolation.E039",
        )
