"""What has django-simple-history keep swaps."""

from django.apps import AppConfig


class SimpleHistoryIsolationConfig(AppConfig):
    """Has every swap and restore written into the image's own history."""

    name = "django_product_isolation.contrib.simple_history"
    label = "product_isolation_simple_history"

    def ready(self) -> None:
        from django_product_isolation.workflow.audit import register_history

        from .records import write

        register_history(write)
