"""What tells the app of django-tenants' schemas."""

from django.apps import AppConfig
from django.core import checks


class TenantsIsolationConfig(AppConfig):
    """Has workers, the sweep and callbacks find the tables of each tenant of django-tenants."""

    name = "django_product_isolation.contrib.tenants"
    label = "product_isolation_tenants"

    def ready(self) -> None:
        from django_product_isolation.database import tenants

        from . import schemas
        from .checks import check_tenants

        checks.register(check_tenants)
        tenants.register(keys=schemas.keys, current=schemas.current, enter=schemas.enter)
