"""What the app does when Django starts."""

from django.apps import AppConfig, apps
from django.core import checks
from django.core.signals import request_started
from django.utils.translation import gettext_lazy as _


class ProductIsolationConfig(AppConfig):
    """Registers the system checks and hands the actions to the admins that stand already."""

    name = "django_product_isolation"
    label = "product_isolation"
    verbose_name = _("Product isolation")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .checks import check_database, check_deploy, check_settings
        from .signals import work_due
        from .workers import nudge
        from .workers.thread import watch_requests
        from .workflow.evaluation_findings import register_finding

        register_finding()
        work_due.connect(nudge)
        watch_requests()
        checks.register(check_settings)
        checks.register(check_database, checks.Tags.database)
        checks.register(check_deploy, deploy=True)
        if apps.is_installed("django.contrib.admin"):
            from .admin.host.attach import attach, attach_to_latecomers, register_own_lists

            attach()
            register_own_lists()
            # Where this app stands before the admin in INSTALLED_APPS, or a URLconf is the only one
            # to import an admin site, the host's model admins are registered after this.
            request_started.connect(attach_to_latecomers, dispatch_uid="product_isolation_attach")
