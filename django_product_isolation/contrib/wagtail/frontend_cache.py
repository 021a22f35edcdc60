"""Wagtail's frontend cache: pages that show a picture are purged when it is another one."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.db.models import Model
from wagtail.models import Page, ReferenceIndex

from django_product_isolation.signals import image_applied, image_restored

# From an image over a snippet to a page, and one more for a snippet in a snippet.
MAX_STEPS = 3


def connect() -> None:
    for signal in (image_applied, image_restored):
        signal.connect(purge_pages, dispatch_uid="product_isolation_frontend_cache")


def is_used() -> bool:
    return apps.is_installed("wagtail.contrib.frontend_cache")


def purge_pages(sender: Any, instance: Model, **_kwargs: Any) -> None:
    """Purge the pages on which ``instance`` is shown, as far as Wagtail knows of its use."""
    if not is_used():
        return
    from wagtail.contrib.frontend_cache.utils import purge_pages_from_cache

    pages = Page.objects.filter(pk__in=pages_showing(instance)).live()
    purge_pages_from_cache(pages.specific())


def purge_renditions(renditions: Iterable[Any]) -> None:
    """Purge the files of renditions that are gone."""
    if not is_used():
        return
    from wagtail.contrib.frontend_cache.utils import purge_urls_from_cache

    purge_urls_from_cache([rendition.full_url for rendition in renditions])


def pages_showing(instance: Model) -> set[Any]:
    """The keys of pages that are ``instance``, or use it, if by way of a snippet."""
    pages, seen = set[Any](), set[tuple[int, str]]()
    here: list[Any] = [instance]
    for _step in range(MAX_STEPS + 1):
        pages |= {each.pk for each in here if isinstance(each, Page)}
        uses = {
            (use.base_content_type_id, use.object_id): use
            for each in here
            if not isinstance(each, Page)
            for use in ReferenceIndex.get_references_to(each)
        }
        new = [use for key, use in uses.items() if key not in seen]
        seen |= uses.keys()
        here = [found for use in new if (found := source_of(use)) is not None]
    return pages


def source_of(use: ReferenceIndex) -> Any:
    return use.base_content_type.model_class()._base_manager.filter(pk=use.object_id).first()
