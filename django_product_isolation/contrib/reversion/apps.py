"""What has django-reversion keep swaps."""

from django.apps import AppConfig


class ReversionIsolationConfig(AppConfig):
    """Has every swap and restore kept as a revision of the image."""

    name = "django_product_isolation.contrib.reversion"
    label = "product_isolation_reversion"

    def ready(self) -> None:
        from django_product_isolation.workflow.audit import register_history

        from .revisions import write

        register_history(write)
