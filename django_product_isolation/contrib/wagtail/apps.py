"""What tells Wagtail of swaps, and the app of Wagtail's images."""

from django.apps import AppConfig, apps
from django.core import checks
from django.utils.translation import gettext_lazy as _


class WagtailIsolationConfig(AppConfig):
    """Listens to swaps. What Wagtail's admin shows is registered in ``wagtail_hooks``."""

    name = "django_product_isolation.contrib.wagtail"
    label = "product_isolation_wagtail"
    verbose_name = _("Product isolation in Wagtail")

    def ready(self) -> None:
        from .checks import check_rendition_cache, check_wagtail

        checks.register(check_wagtail)
        if not apps.is_installed("wagtail.images"):
            return  # the check says so
        checks.register(check_rendition_cache, deploy=True)
        from django_product_isolation.host import adapters
        from django_product_isolation.host.access import frames
        from django_product_isolation.workflow.audit import register_history

        from . import frontend_cache, history, revisions
        from .frame import WAGTAIL
        from .renditions import WagtailImageAdapter, watch_renditions

        adapters.register(WagtailImageAdapter)
        frames.register(WAGTAIL)
        watch_renditions()
        revisions.connect()
        register_history(history.write)
        frontend_cache.connect()
