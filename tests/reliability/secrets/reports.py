"""What error reporters make of an exception: ours, which hides nothing, and Django's own."""

import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from django.test import override_settings
from django.views.debug import ExceptionReporter

# The test itself knows the secrets.
OURSELVES = str(Path(__file__).parent)
TEST_CLIENT = str(Path("django", "test", "client.py"))


def chain(
    error: BaseException | None, interrupted: Iterable[BaseException] = ()
) -> Iterator[BaseException]:
    """An exception and all that led to it, as tracebacks, Django and other reporters follow it.

    ``interrupted`` are those of other processes, whom only a test has on the same thread.
    """
    waiting, seen = [error], set(map(id, interrupted))
    while waiting:
        error = waiting.pop()
        if error is not None and id(error) not in seen:
            seen.add(id(error))
            yield error
            hidden = error.__cause__ is None and error.__suppress_context__
            waiting += [error.__cause__, None if hidden else error.__context__]


def frames(trace: TracebackType | None) -> Iterator[FrameType]:
    for frame, _line in traceback.walk_tb(trace):
        yield frame


def told_by(frames: Iterator[FrameType]) -> Iterator[str]:
    """The local variables of frames, by repr, without any list of names to be left out."""
    for frame in frames:
        if not frame.f_code.co_filename.startswith(OURSELVES):
            place = f"{frame.f_code.co_filename}:{frame.f_code.co_name}"
            for name, value in frame.f_locals.items():
                yield f"{place} {name} = {safe_repr(value)}"


def safe_repr(value: Any) -> str:
    try:
        return repr(value)
    except Exception as error:
        return f"no repr: {type(error).__name__}"


def report(error: BaseException, interrupted: Iterable[BaseException] = ()) -> Iterator[str]:
    """All that a reporter takes from an exception."""
    for one in chain(error, interrupted):
        yield f"{type(one).__name__} {one!s} {one!r} {one.args!r} {safe_repr(one.__dict__)}"
        yield from told_by(frames(one.__traceback__))


def stack() -> Iterator[str]:
    """All that a reporter takes along with a message that is about no exception."""
    frame, found = sys._getframe(1), []
    while frame and TEST_CLIENT not in frame.f_code.co_filename:
        found.append(frame)
        frame = frame.f_back
    yield from told_by(iter(found))


def django_pages(error: BaseException, request: Any = None) -> Iterator[str]:
    """Django's mail to admins, and its page for developers with DEBUG, which hides less."""
    reporter = ExceptionReporter(request, type(error), error, error.__traceback__)
    yield reporter.get_traceback_text()
    with override_settings(DEBUG=True):
        yield reporter.get_traceback_html()
