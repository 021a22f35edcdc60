"""Checks for shops with tenants, whether in schemas of their own or in the same tables."""

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError
from django.db.models import Model

from django_product_isolation.conf import IsolationSettings
from django_product_isolation.database import tenants
from django_product_isolation.host import shown_rows, target_models

LIBRARY = "django_tenants"
OURS = "django_product_isolation.contrib.tenants"


def check_tenants(_settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Without our app for it nobody outside a request knows of any tenant."""
    if apps.is_installed(LIBRARY) and not apps.is_installed(OURS):
        yield Warning(
            "Workers and callbacks look into the public schema alone: what tenants order is never "
            "begun.",
            hint=f'Add "{OURS}" to INSTALLED_APPS.',
            id="product_isolation.W034",
        )


def check_managers(_settings: IsolationSettings) -> Iterator[CheckMessage]:
    """A default manager that goes by the request shows workers, who have none, no row to send."""
    try:
        models = target_models() if tenants.is_one() else []
    except ImproperlyConfigured:
        return  # E003 says so
    for model in models:
        if fault := without_request(model):
            yield Error(
                f"The default manager of {model._meta.label} {fault} outside a request, so no "
                "worker finds an image to send.",
                hint="Say in an app's ready() how workers see the rows of all tenants, by "
                'django_product_isolation.database.tenants.register: see "Tenants in the same '
                'tables" in the documentation, docs/neighbours/tenants.md.',
                id="product_isolation.E044",
            )


def without_request(model: type[Model]) -> str:
    """What the model's default manager does here, where there is no request; "" for no fault."""
    try:
        is_empty = shown_rows(model).filter(pk__isnull=False).query.is_empty()
    except DatabaseError:
        return ""  # it asks for a row, of a table that may not be there yet
    except Exception as error:  # whatever the shop's code raises
        return f"raises {type(error).__name__}"
    return "shows no row" if is_empty else ""
