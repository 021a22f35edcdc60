"""Running code of the shop's about a file without its other files and its rows being touched.

Such code deletes the old file when there is a new one, by whatever row, field and storage object it
gets there. While it is only asked, no storage does anything of the kind in this thread; while a
file of ours is saved, none deletes another. What goes past all storages, such as ``os.remove``, is
not held up.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from functools import wraps
from types import FunctionType
from typing import Any

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import DatabaseError, connections, transaction

GUARDED = ("save", "delete", "open")
# A storage that wants the same file gone so often tries until its name is free, which it never is.
PATIENCE = 10

Instead = Mapping[str, Callable[..., Any]]
# What this thread does in place of methods of storages, by their names.
_instead: ContextVar[Instead | None] = ContextVar("instead", default=None)
_lock = threading.Lock()
_guards = 0  # how many blocks run at this moment, in all threads
_real: dict[tuple[type, str], Any] = {}  # what classes have instead of what guards them now


@contextmanager
def untouched(storage: Storage) -> Iterator[Counter[str]]:
    """While the block runs, this thread neither writes to any storage nor deletes from it.

    ``storage`` is guarded even if its class is none of Django's. ``save`` answers the name that it
    was given. Other threads are not held up. Gives the names that were to be deleted so far.
    """
    spared: Counter[str] = Counter()
    with _guarded(storage, {"save": _save, "open": _open, "delete": _noting(spared, _none)}):
        yield spared


@contextmanager
def others_kept(storage: Storage, *, but: Callable[[str], bool]) -> Iterator[None]:
    """While the block runs, this thread deletes nothing from any storage, ``storage`` included,
    ``but`` files with names of which that is true.
    """
    with _guarded(storage, {"delete": _noting(Counter(), but)}):
        yield


@contextmanager
def _guarded(storage: Storage, instead: Instead) -> Iterator[None]:
    _begin(storage)
    token = _instead.set(instead)
    try:
        yield
    finally:
        _instead.reset(token)
        _end()


@contextmanager
def undone() -> Iterator[None]:
    """What the block writes to the database is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def without_database() -> Iterator[None]:
    """What the block asks a database, in this thread, raises DatabaseError instead.

    For checks, which run before there is a database, too, and are to leave a real one alone.
    """
    with ExitStack() as all_of_them:
        for connection in connections.all():
            if connection.connection is None:  # one that is opened in here is not set up whole
                all_of_them.callback(connection.close)
            all_of_them.enter_context(connection.execute_wrapper(_refuse))
        yield


def _refuse(*_args: Any) -> Any:
    raise DatabaseError("Nothing is asked of a database here.")


def _save(_real: Callable[..., Any], _storage: Any, name: str, *_args: Any, **_kwargs: Any) -> str:
    return name


def _none(_name: str) -> bool:
    return False


def _noting(spared: Counter[str], but: Callable[[str], bool]) -> Callable[..., Any]:
    """A ``delete`` that only notes what was to go, ``but`` for certain names."""

    def delete(real: Callable[..., Any], storage: Any, name: str) -> Any:
        if but(str(name)):
            return real(storage, name)
        spared[str(name)] += 1
        if spared[str(name)] > PATIENCE:
            raise SuspiciousFileOperation(f"{name} is to go again and again, and stays.")
        return None

    return delete


def _open(real: Callable[..., Any], storage: Any, name: str, mode: str = "rb") -> Any:
    if set(mode).isdisjoint("wax+"):
        return real(storage, name, mode)
    return ContentFile(b"" if "b" in mode else "", name=name)


def _begin(storage: Storage) -> None:
    global _guards
    # One storage is reached through several objects, and one folder through several storages: it
    # is their classes that hold still.
    kinds = {*storage.__class__.__mro__, *_storage_classes(Storage)}
    with _lock:
        _guards += 1
        for kind in kinds:
            for name in GUARDED:
                real = vars(kind).get(name)
                if isinstance(real, FunctionType) and (kind, name) not in _real:
                    _real[kind, name] = real
                    setattr(kind, name, _unless_guarded(real, name))


def _end() -> None:
    global _guards
    with _lock:
        _guards -= 1
        if not _guards:
            for (kind, name), real in _real.items():
                setattr(kind, name, real)
            _real.clear()


def _storage_classes(base: type[Any]) -> Iterator[type[Any]]:
    yield from base.__mro__
    for kind in base.__subclasses__():
        yield from _storage_classes(kind)


def _unless_guarded(real: Callable[..., Any], name: str) -> Callable[..., Any]:
    @wraps(real)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        instead = (_instead.get() or {}).get(name)
        return instead(real, *args, **kwargs) if instead else real(*args, **kwargs)

    return guarded
