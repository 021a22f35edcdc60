"""Addresses of our static files on pages of the shop's."""

from functools import partial

from django.templatetags.static import PrefixNode, static

from .access.safe_calls import add_to_page

STYLES = "product_isolation/product_isolation.css"


def safe_static(path: str) -> str:
    """The address of a static file; the plain one where the storage has none.

    A manifest that was made before the app was installed, or updated, does not know the file.
    """
    plain = PrefixNode.handle_simple("STATIC_URL") + path
    return add_to_page("static_file", partial(static, path), plain)
