"""The real view behind Django's own handler, with all that a request sets in motion watched.

Watched are the statements sent to the database, the nudges published, and whatever the process
opens or connects to.
"""

import codecs
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import connection
from django.http import HttpResponse

from django_product_isolation import workers
from django_product_isolation.signals import work_due

TOUCHING = ("open", "socket.", "subprocess.", "os.system", "os.exec", "os.rename", "os.remove")
# JSON may come in any of these.
CODECS = ("utf-8-sig", *(f"utf-{bits}{end}" for bits in (16, 32) for end in ("", "-le", "-be")))


class Body(BytesIO):
    """A body that knows how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


class EndlessBody(Body):
    """A body without an end, of which no more is ever in memory than what was asked for."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            raise AssertionError("the whole of an endless body was asked for")
        self.taken += size
        return b" " * size


class CutBody(Body):
    """A body whose sender hangs up."""

    def read(self, size: int | None = -1) -> bytes:
        raise ConnectionResetError("the client is gone")


@dataclass
class Seen:
    """What one request did."""

    status: int = 0
    statements: list[str] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)  # but for an UPDATE of no row
    messages: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)
    bytes_read: int = 0


class Watch:
    """The one audit hook of the process: it can be put to sleep but not be taken out.

    Hears the thread that answers the request, not servers that other tests left running.
    """

    def __init__(self) -> None:
        self.seen: list[str] | None = None
        self.thread = threading.get_ident()
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: Any) -> None:
        if self.seen is None or not event.startswith(TOUCHING):
            return
        if threading.get_ident() == self.thread:
            self.seen.append(f"{event} {arguments!r:.200}")


class Door:
    """Answers requests as the shop would, and tells what each of them did."""

    watch: Watch | None = None

    def __init__(self) -> None:
        Door.watch = Door.watch or Watch()
        self.handler = WSGIHandler()
        self.seen = Seen()

    @contextmanager
    def open(self) -> Iterator["Door"]:
        """Watch until the block ends."""
        work_due.connect(self.note_message)
        try:
            with connection.execute_wrapper(self.note_statement):
                self.warm_up()
                yield self
        finally:
            work_due.disconnect(self.note_message)

    def warm_up(self) -> None:
        """What the process loads once, and keeps: the page for "not found", codecs."""
        self.knock({"PATH_INFO": "/nowhere/", "REQUEST_METHOD": "GET"})
        for codec in CODECS:
            codecs.lookup(codec)
        workers.current()

    @staticmethod
    def use_secrets(secrets: Any) -> None:
        settings.PRODUCT_ISOLATION["SIGNING_SECRETS"] = secrets

    def knock(self, environ: dict[str, Any]) -> Seen:
        """One request, given by what differs from a plain one in its WSGI environment."""
        self.seen = seen = Seen()
        environ = {**PLAIN, "wsgi.input": Body(), "wsgi.errors": BytesIO(), **environ}
        assert Door.watch is not None
        Door.watch.thread, Door.watch.seen = threading.get_ident(), seen.touched
        try:
            response: HttpResponse = self.handler.get_response(WSGIRequest(environ))
        finally:
            Door.watch.seen = None
        seen.status = response.status_code
        seen.bytes_read = environ["wsgi.input"].taken
        return seen

    def note_statement(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen.statements.append(sql)
        answer = execute(sql, params, many, context)
        if not sql.startswith("SELECT") and context["cursor"].rowcount != 0:
            self.seen.writes.append(sql)
        return answer

    def note_message(self, run_ids: list[Any], **_kwargs: Any) -> None:
        # A worker that hears of it before the commit finds nothing to do.
        early = " before the commit" if connection.in_atomic_block else ""
        self.seen.messages.extend(f"{pk}{early}" for pk in run_ids)


PLAIN = {
    "REQUEST_METHOD": "POST",
    "SCRIPT_NAME": "",
    "PATH_INFO": "/",
    "QUERY_STRING": "",
    "SERVER_NAME": "shop.example",
    "SERVER_PORT": "443",
    "SERVER_PROTOCOL": "HTTP/1.1",
    "REMOTE_ADDR": "192.0.2.7",
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "https",
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}
