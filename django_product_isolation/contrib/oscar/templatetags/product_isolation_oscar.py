"""What our version of the dashboard's product page asks for."""

from functools import partial
from typing import Any

from django import template

from django_product_isolation.contrib.oscar.controls import add_controls
from django_product_isolation.host.access.safe_calls import add_to_page

register = template.Library()


@register.simple_tag(takes_context=True)
def add_isolation_controls(context: template.Context, formset: Any) -> bool:
    """Have the forms of a formset of images show badge and buttons; whether any of them does."""
    return add_to_page("oscar_product", partial(add_controls, context["request"], formset), False)
