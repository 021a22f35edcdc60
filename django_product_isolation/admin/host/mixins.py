"""Adding to the host's ModelAdmin instances and ChangeList classes, while the site starts and runs.

Each gets a class that derives from its own and from a mixin of ours.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from inspect import getattr_static
from typing import Any

from django.forms import Media

from django_product_isolation.host.static_files import STYLES, safe_static

COLUMN = "isolation_state"
# Where a class that we derive from one of the host's keeps the host's.
HOSTS_OWN = "_isolation_derived_from"

logger = logging.getLogger("django_product_isolation")


class Styled:
    """Brings our style sheet to the pages of a ModelAdmin, whose own ``Media`` stays in sight."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Classes that we derive are none that the host wrote: its base class does not count them,
        for a menu or a registry of its own."""
        if HOSTS_OWN not in vars(cls):
            super().__init_subclass__(**kwargs)

    @property
    def media(self) -> Media:
        hosts: Media = super().media  # type: ignore[misc]
        return hosts + Media(css={"all": (safe_static(STYLES),)})


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


def add_mixins(instance: Any, *mixins: type) -> None:
    """Have an instance of one of the host's admin classes do what ``mixins`` add, each once."""
    for mixin in mixins:
        if not isinstance(instance, mixin):
            cls: Any = type(instance)
            derived = with_mixin(cls, mixin)
            # What has been derived already says its class is the host's, which cannot be set.
            object.__dict__["__class__"].__set__(instance, derived)


@lru_cache(maxsize=1000)  # lists are made at every request
def with_mixin(cls: Any, mixin: Any) -> Any:
    """A class that derives from ``mixin`` and from ``cls``, and says so by its name.

    ``ProductAdmin`` of the host's becomes ``ProductAdminWithIsolation``, in a module of ours. Its
    instances call ``ProductAdmin`` their class: hosts write ``super(self.__class__, self)``.
    """
    hosts_own = vars(cls).get(HOSTS_OWN, cls)
    attributes = {
        "__module__": __name__,
        "__doc__": cls.__doc__,
        "__class__": property(lambda self: hosts_own),
        HOSTS_OWN: hosts_own,
    }
    if COLUMN in vars(mixin) and defines(cls, COLUMN):
        attributes[COLUMN] = getattr_static(cls, COLUMN)  # what the host's columns mean by it
    if issubclass(mixin, Styled):
        attributes["media"] = mixin.media  # or Django makes one of the host's Media alone
    return type(cls)(f"{hosts_own.__name__}WithIsolation", (mixin, cls), attributes)


def defines(cls: type, name: str) -> bool:
    """Whether a class has something of that name, and not from us."""
    kinds = (kind for kind in cls.__mro__ if name in vars(kind))
    return any(not kind.__module__.startswith("django_product_isolation.") for kind in kinds)


def is_hosts_own(name: str, holder: Any) -> bool:
    """Whether an admin class of the host's, or its model, has something that is called so."""
    return hasattr(holder.model, name) or defines(type(holder), name)
