"""Checks of how the shop names its files."""

from collections.abc import Iterator

from django.core.checks import CheckMessage, Warning
from django.core.exceptions import ImproperlyConfigured

from django_product_isolation.conf import IsolationSettings
from django_product_isolation.host import build, entries, uploads_meet


def check_upload_to(settings: IsolationSettings) -> Iterator[CheckMessage]:
    """Results have names of their own whatever it says, but the shop's next upload has not."""
    for label, options in entries(settings.IMAGES):
        try:
            target = build(label, options)
        except ImproperlyConfigured:
            continue  # E003 says so
        if uploads_meet(target.field):
            yield Warning(
                f"upload_to of {label}.{target.field.name} gives every file of a row the same "
                "name, and its storage may not keep both.",
                hint="Results get names of their own all the same. But a later upload of yours "
                "destroys an original that could have been restored: put the file's own name or "
                "uuid4() into the path, or use a storage that keeps files of equal names apart.",
                id="product_isolation.W020",
            )
