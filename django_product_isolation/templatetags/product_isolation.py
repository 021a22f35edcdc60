"""The sandbox note, for templates of ours and of the admin."""

from typing import Any

from django import template

from django_product_isolation.conf import get_settings

register = template.Library()


@register.inclusion_tag("admin/product_isolation/sandbox_note.html")
def isolation_sandbox_note() -> dict[str, Any]:
    """A note that no money is spent, where SANDBOX is True and BASE_URL is not Runflow's own."""
    return {"is_sandbox": get_settings().is_sandbox}
