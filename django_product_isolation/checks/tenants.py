"""A check for shops whose tenants have schemas of their own."""

from collections.abc import Iterator

from django.apps import apps
from django.core.checks import CheckMessage, Warning

from django_product_isolation.conf import IsolationSettings

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
