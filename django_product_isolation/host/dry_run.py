"""Asking code of the shop's about a file without its files and rows being touched.

Such code deletes the old file when there is a new one, by whatever row, field and storage object it
gets there. While it is only asked, no storage does anything of the kind in this thread. What goes
past all storages, such as ``os.remove``, is not held up.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from types import FunctionType
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction

_is_asking: ContextVar[bool] = ContextVar("only_asking", default=False)
_lock = threading.Lock()
_askers = 0  # how many threads ask at this moment
_real: dict[tuple[type, str], Any] = {}  # what classes have instead of what guards them now


@contextmanager
def untouched(storage: Storage) -> Iterator[None]:
    """While the block runs, this thread neither writes to any storage nor deletes from it.

    ``storage`` is guarded even if its class is none of Django's. ``save`` answers the name that it
    was given. Other threads are not held up.
    """
    _begin(storage)
    token = _is_asking.set(True)
    try:
        yield
    finally:
        _is_asking.reset(token)
        _end()


@contextmanager
def undone() -> Iterator[None]:
    """What the block writes to the database is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _save(_real: Callable[..., Any], _storage: Any, name: str, *_args: Any, **_kwargs: Any) -> str:
    return name


def _delete(_real: Callable[..., Any], _storage: Any, name: str) -> None:
    """Nothing is deleted."""


def _open(real: Callable[..., Any], storage: Any, name: str, mode: str = "rb") -> Any:
    if set(mode).isdisjoint("wax+"):
        return real(storage, name, mode)
    return ContentFile(b"" if "b" in mode else "", name=name)


INSTEAD: dict[str, Callable[..., Any]] = {"save": _save, "delete": _delete, "open": _open}


def _begin(storage: Storage) -> None:
    global _askers
    # One storage is reached through several objects, and one folder through several storages: it
    # is their classes that hold still.
    kinds = {*storage.__class__.__mro__, *_storage_classes(Storage)}
    with _lock:
        _askers += 1
        for kind in kinds:
            for name, instead in INSTEAD.items():
                real = vars(kind).get(name)
                if isinstance(real, FunctionType) and (kind, name) not in _real:
                    _real[kind, name] = real
                    setattr(kind, name, _unless_asking(real, instead))


def _end() -> None:
    global _askers
    with _lock:
        _askers -= 1
        if not _askers:
            for (kind, name), real in _real.items():
                setattr(kind, name, real)
            _real.clear()


def _storage_classes(base: type[Any]) -> Iterator[type[Any]]:
    yield from base.__mro__
    for kind in base.__subclasses__():
        yield from _storage_classes(kind)


def _unless_asking(real: Callable[..., Any], instead: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(real)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return instead(real, *args, **kwargs) if _is_asking.get() else real(*args, **kwargs)

    return guarded
