"""Addresses of our pages, in the frame in which the person is already."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from django_product_isolation.host.access.frames import namespace_for
from django_product_isolation.models import IsolationRun


def page_url(request: HttpRequest, name: str, *args: Any) -> str:
    """The address of our page called ``name``."""
    return reverse(f"product_isolation:{name}", args=args, current_app=namespace_for(request))


def batch_page_url(request: HttpRequest, run: IsolationRun) -> str:
    """The address of the run's card on the page of its batch."""
    return f"{page_url(request, 'progress', run.batch_id)}#run-{run.pk}"
