"""The sandbox note and our static files, for templates of ours and of the host's."""

from typing import Any

from django import template

from django_product_isolation.conf import get_settings
from django_product_isolation.host.static_files import safe_static

register = template.Library()


@register.inclusion_tag("admin/product_isolation/sandbox_note.html")
def isolation_sandbox_note() -> dict[str, Any]:
    """A note that no money is spent, where SANDBOX is True and BASE_URL is not Runflow's own."""
    return {"is_sandbox": get_settings().is_sandbox}


@register.simple_tag
def isolation_static(path: str) -> str:
    """The address of one of our static files; a page is drawn whatever the storage knows of it."""
    return safe_static(path)
