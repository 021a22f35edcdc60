"""Columns and fields that we add to the host's own pages.

Django takes the name of a method, which never learns who looks, or a callable, which code of
hosts that goes through names does not expect. What we add is both.
"""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from django.contrib.admin.options import BaseModelAdmin
    from django.utils.functional import _StrPromise


class Drawn(str):
    """The name of a column or read-only field that also draws it, for one request."""

    short_description: "_StrPromise | str"

    def __new__(cls, name: str, *_args: Any) -> "Drawn":
        return super().__new__(cls, name)

    def __init__(self, name: str, model_admin: "BaseModelAdmin[Any]", request: HttpRequest) -> None:
        self.__name__ = name
        self.model_admin = model_admin
        self.request = request

    def __call__(self, image: Any) -> str:
        """What stands there for one of the host's images."""
        raise NotImplementedError
