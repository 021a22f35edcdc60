"""Classes that derive from one of the host's and from what we add, made while the site starts."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django_product_isolation.host.access.inline_policies import HOSTS_OWN

logger = logging.getLogger("django_product_isolation")


@contextmanager
def left_alone_if_it_breaks(model_admin: Any) -> Iterator[None]:
    """Do without what we add to one of the host's admins, where its code does not take it.

    The site starts, and its pages work, as they did without us.
    """
    try:
        yield
    except Exception as error:  # whatever the host's own code raises
        logger.warning("not_attached admin=%s error=%s", type(model_admin).__name__, error)


def as_given(given: Any, names: Iterable[Any]) -> Any:
    """The names as a tuple where the host gave one, else as a list: its own code may add to it."""
    return tuple(names) if isinstance(given, tuple) else list(names)


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
    same[HOSTS_OWN] = vars(host).get(HOSTS_OWN, host)
    return type(host)(host.__name__, (addition, host), same)
