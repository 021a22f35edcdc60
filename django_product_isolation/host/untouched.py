"""Asking code of the shop's about a file without its files being touched.

Such code deletes the old file when there is a new one, by whatever row and field it reaches the
storage. While it is only asked, the storage does nothing of the kind in this thread.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.core.files.storage import Storage

_is_asking: ContextVar[bool] = ContextVar("only_asking", default=False)
_lock = threading.Lock()
_askers: dict[int, int] = {}  # by the storage's id: how many threads ask at this moment


@contextmanager
def untouched(storage: Storage) -> Iterator[None]:
    """While the block runs, this thread neither writes to ``storage`` nor deletes from it.

    ``save`` answers the name that it was given. Other threads are not held up.
    """
    guarded = {"save": lambda name, *_args, **_kwargs: name, "delete": lambda name: None}
    with _lock:
        _askers[id(storage)] = _askers.get(id(storage), 0) + 1
        if _askers[id(storage)] == 1:
            for name, instead in guarded.items():
                setattr(storage, name, _unless_asking(getattr(storage, name), instead))
    token = _is_asking.set(True)
    try:
        yield
    finally:
        _is_asking.reset(token)
        with _lock:
            _askers[id(storage)] -= 1
            if not _askers[id(storage)]:
                del _askers[id(storage)]
                for name in guarded:
                    delattr(storage, name)


def _unless_asking(real: Callable[..., Any], instead: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return (instead if _is_asking.get() else real)(*args, **kwargs)

    return guarded
