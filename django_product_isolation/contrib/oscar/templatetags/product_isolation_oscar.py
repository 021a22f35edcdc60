"""What our version of the dashboard's product page asks for."""

from typing import Any

from django import template

from django_product_isolation.contrib.oscar.controls import add_controls

register = template.Library()


@register.simple_tag(takes_context=True)
def add_isolation_controls(context: template.Context, formset: Any) -> bool:
    """Have the forms of a formset of images show badge and buttons; whether any of them does."""
    return add_controls(context["request"], formset)
