"""Tells imagekit of an image's new file, as saving the image would."""

from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImagekitIsolationConfig(AppConfig):
    """Listens to our swaps. Needed only where imagekit's strategy does not look for files."""

    name = "django_product_isolation.contrib.imagekit"
    label = "product_isolation_imagekit"
    verbose_name = _("Product isolation beside django-imagekit")

    def ready(self) -> None:
        from django_product_isolation.signals import image_applied, image_restored

        image_applied.connect(announce)
        image_restored.connect(announce)


def announce(sender: Any, run: Any, instance: Any, **_kwargs: Any) -> None:
    """A swap saves no row, so that nothing else of the shop's is set off by it."""
    from imagekit.signals import source_saved
    from imagekit.specs.sourcegroups import signal_router

    field = run.batch.field_name
    signal_router.dispatch_signal(source_saved, getattr(instance, field), sender, instance, field)
