"""Where Django meets the app."""

from django.apps import AppConfig, apps
from django.core import checks
from django.utils.translation import gettext_lazy as _


class ProductIsolationConfig(AppConfig):
    """Registers the system checks and hands the actions to the admins that stand already."""

    name = "django_product_isolation"
    label = "product_isolation"
    verbose_name = _("Product isolation")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import tasks  # noqa: F401 (connects the receiver that nudges Celery)
        from .checks import check_deploy, check_settings

        checks.register(check_settings)
        checks.register(check_deploy, deploy=True)
        if apps.is_installed("django.contrib.admin"):
            from .admin.attach import attach

            attach()
