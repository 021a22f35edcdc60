"""Where the settings of django-tenants have an app's tables made: for all, for each tenant."""

from typing import Any

from django import conf
from django.apps import apps
from django_tenants.utils import get_public_schema_name, has_multi_type_tenants

settings: Any = conf.settings


def lists_with(label: str) -> set[str]:
    """The names of those lists of apps in which the app with that label stands."""
    config = apps.get_app_config(label)
    # As django-tenants compares them: by the module, or by the class.
    names = {config.name, f"{type(config).__module__}.{type(config).__qualname__}"}
    return {name for name, listed in app_lists().items() if names & set(listed)}


def app_lists() -> dict[str, Any]:
    if not has_multi_type_tenants():
        return {"SHARED_APPS": settings.SHARED_APPS, "TENANT_APPS": settings.TENANT_APPS}
    return {f'TENANT_TYPES["{name}"]': kind["APPS"] for name, kind in settings.TENANT_TYPES.items()}


def shared() -> str:
    """The name of the list whose tables are in the public schema."""
    if not has_multi_type_tenants():
        return "SHARED_APPS"
    return f'TENANT_TYPES["{get_public_schema_name()}"]'
