"""Addresses of our pages, in the frame in which the person is already."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from django_product_isolation.host.access.frames import namespace_for
from django_product_isolation.models import IsolationRun

# Stands in addresses that are made once, where each row's own key comes.
ANY = "00000000-0000-0000-0000-000000000000"


def page_url(request: HttpRequest, name: str, *args: Any) -> str:
    """The address of our page called ``name``."""
    return reverse(f"product_isolation:{name}", args=args, current_app=namespace_for(request))


def has_pages(request: HttpRequest) -> bool:
    """Whether our pages have addresses here: middleware may give a host a URLconf without them."""
    try:
        page_url(request, "review")
    except NoReverseMatch:
        return False
    return True


def batch_page_url(request: HttpRequest, run: IsolationRun) -> str:
    """The address of the run's card on the page of its batch."""
    return batch_page_urls(request)(run)


def batch_page_urls(request: HttpRequest) -> Callable[[IsolationRun], str]:
    """The same for many runs, of which only the keys differ."""
    pattern = page_url(request, "progress", ANY)

    def url(run: IsolationRun) -> str:
        return f"{pattern.replace(ANY, str(run.batch_id))}?run={run.pk}#run-{run.pk}"

    return url
