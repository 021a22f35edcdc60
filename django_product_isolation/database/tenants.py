"""The sets of our tables: one in most shops, one for each tenant where each has its own schema.

What works outside a request goes through them all, and enters one before it asks for rows. Knows no
library: whoever knows how a shop's tenants are entered registers that.
"""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

ONLY = ""  # the key of the one set of tables that there is in most shops


class UnknownTenant(LookupError):
    """There is no such tenant, or it has none of our tables."""


@dataclass(frozen=True)
class _Registered:
    keys: Callable[[], Collection[str]]
    current: Callable[[], str]
    enter: Callable[[str], AbstractContextManager[object]]


def _enter_only(key: str) -> AbstractContextManager[None]:
    if key != ONLY:
        raise UnknownTenant(key)
    return nullcontext()


_registered = _Registered(keys=lambda: (ONLY,), current=lambda: ONLY, enter=_enter_only)


def register(
    *,
    keys: Callable[[], Collection[str]],
    current: Callable[[], str],
    enter: Callable[[str], AbstractContextManager[object]],
) -> None:
    """Have the app go through a shop's tenants. To be called once, in an app's ``ready()``.

    ``keys()`` names all that have our tables, ``current()`` the one whose tables queries meet in
    this thread, and ``enter(key)`` is a context manager in which they meet that one's; it raises
    UnknownTenant where there is none. A key is a text that names its tenant for ever: it travels in
    messages and in the addresses of callbacks.
    """
    global _registered
    _registered = _Registered(keys, current, enter)


def is_one() -> bool:
    """Whether nobody has registered how the shop's tenants are entered."""
    return _registered.enter is _enter_only


def all_keys() -> list[str]:
    """The keys of all tenants; ``[ONLY]`` where the shop has none."""
    return list(_registered.keys())


def current() -> str:
    """The key of the tenant whose tables queries meet in this thread."""
    return _registered.current()


def enter(key: str) -> AbstractContextManager[object]:
    """Within the block, queries of this thread meet that tenant's tables.

    Raises UnknownTenant, here or at the beginning of the block.
    """
    return _registered.enter(key)
