"""Classes that derive from one of the host's and from what we add, made while the site starts."""

from functools import lru_cache
from typing import Any


def extend(shown: Any, *additions: type) -> None:
    """Have an instance of one of the host's admin classes do what ``additions`` add."""
    for addition in additions:
        if not isinstance(shown, addition):
            host: Any = type(shown)
            shown.__class__ = extended(host, addition)


@lru_cache(maxsize=1000)
def extended(host: Any, addition: Any) -> Any:
    """A class that derives from both and goes by the host's name, in messages and checks too."""
    same = {name: getattr(host, name) for name in ("__module__", "__qualname__", "__doc__")}
    return type(host)(host.__name__, (addition, host), same)
