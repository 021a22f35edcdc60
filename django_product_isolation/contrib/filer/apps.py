"""What fits the app to filer's folders."""

from django.apps import AppConfig
from django.core import checks
from django.utils.translation import gettext_lazy as _


class FilerIsolationConfig(AppConfig):
    """Puts our actions on filer's folders, and asks filer who may do what to which image."""

    name = "django_product_isolation.contrib.filer"
    label = "product_isolation_filer"
    verbose_name = _("Product isolation in filer's folders")

    def ready(self) -> None:
        from django_product_isolation.host.access.shop_permissions import register

        from .checks import check_filer
        from .folders import attach
        from .policy import FolderPolicy

        checks.register(check_filer)
        register(FolderPolicy)
        attach()
