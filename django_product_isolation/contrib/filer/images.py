"""Filer's images among those that the shop named, and which of them somebody ticked."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from django_product_isolation.host import Target, shown_rows
from django_product_isolation.staff.targets import find_target


def find_images() -> Target | None:
    """Filer's own image model, or what the shop has in its place; None where it is not named."""
    return find_target(import_string("filer.settings.FILER_IMAGE_MODEL"), "file")


def ticked(target: Target, files: QuerySet[Any], folders: QuerySet[Any]) -> QuerySet[Any]:
    """The images among ``files``, and all in ``folders`` and in the folders below them."""
    below = {key for folder in folders for key in (folder.pk, *folder.get_descendants_ids())}
    own = Q(pk__in=list(files.order_by().values_list("pk", flat=True)))
    return shown_rows(target.model).filter(own | Q(folder__in=below)).order_by("pk")
