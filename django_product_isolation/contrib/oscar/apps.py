"""What fits the app to Oscar's dashboard."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class OscarIsolationConfig(AppConfig):
    """Brings a template that has to be found before Oscar's, and checks that it is."""

    name = "django_product_isolation.contrib.oscar"
    label = "product_isolation_oscar"
    verbose_name = _("Product isolation in Oscar's dashboard")

    def ready(self) -> None:
        from django_product_isolation.host.access.shop_permissions import register

        from .checks import check_oscar
        from .policy import PartnerPolicy

        checks.register(check_oscar)
        register(PartnerPolicy)
