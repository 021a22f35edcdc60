"""Keeping secrets from error reporters, which copy the local variables of every frame they see."""

import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def without_locals(function: Callable[P, T]) -> Callable[P, T]:
    """Whatever ``function`` raises leaves it without the local variables of the frames below.

    Those of the HTTP libraries hold the key and whole links as bytes, which no type of ours could
    mask. Files, lines and function names stay.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs  # this frame is seen, too
            forget_locals(error)
            raise

    return call


def forget_locals(error: BaseException) -> None:
    """Empty the frames that ended with ``error``, and with every exception that led to it."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        known = waiting.pop()
        if known is not None and id(known) not in seen:
            seen.add(id(known))
            traceback.clear_frames(known.__traceback__)
            waiting += [known.__cause__, known.__context__]
