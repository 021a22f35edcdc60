"""One HTTP exchange: one connection, one request, one reply, all before one deadline.

Knows how requests, urllib3 and http.client fit together, and whether a request has begun to leave.
Must not know Runflow, nor which addresses are allowed.
"""

import http.client
import io
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

CONNECT_SECONDS = 5.0  # name lookup excepted: the operating system's resolver has its own limit
READ_BUFFER = 64 * 1024  # bytes
SEND_BLOCK = 256 * 1024  # bytes

# What the libraries raise when an exchange fails.
FAILURES = (requests.RequestException, HTTPError, http.client.HTTPException, OSError, ValueError)


class Exchange:
    """What is known of one request on its way: how long it may take, whether it left."""

    def __init__(self, *, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self.request_left = False  # False: not one byte of the request was written
        self.target = ""

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._ends

    def seconds_left(self) -> float:
        """Return what remains, more than zero. Raises TimeoutError when nothing does."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the exchange took too long")
        return left


class ExchangeAdapter(HTTPAdapter):
    """Sends one request and keeps its book. No retry, redirect, cookie, proxy or .netrc.

    Those live in ``requests.Session``, which is left out on purpose: a paid request that a layer
    below repeats is paid twice.
    """

    def __init__(self, exchange: Exchange, **options: Any) -> None:
        self.exchange = exchange
        super().__init__(**options)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        connection_class = _HTTPSConnection if pool.scheme == "https" else _HTTPConnection
        pool.ConnectionCls = partial(connection_class, self.exchange)
        return pool

    def request_url(
        self, request: requests.PreparedRequest, proxies: Mapping[str, str] | None
    ) -> str:
        """Keep path and query from urllib3, which would put them into its logs and errors.

        No filter on its logger is needed, which would act on the host's own requests, too.
        """
        self.exchange.target = super().request_url(request, proxies)
        return "/"


@contextmanager
def reply_to(
    request: requests.PreparedRequest, adapter: ExchangeAdapter
) -> Iterator[requests.Response]:
    """Send ``request`` and give its reply, the body unread. Raises one of FAILURES."""
    left = adapter.exchange.seconds_left()
    request.headers["Connection"] = "close"
    with closing(adapter):
        timeouts = (min(CONNECT_SECONDS, left), left)
        with closing(adapter.send(request, stream=True, timeout=timeouts)) as response:
            yield response


class _HTTPConnection(HTTPConnection):
    def __init__(self, exchange: Exchange, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"blocksize": SEND_BLOCK, **kwargs})
        self.exchange = exchange
        self.response_class = partial(_Response, exchange)  # type: ignore[assignment]

    def _encode_request(self, request: str) -> bytes:
        """Put path and query back, in the last hook before the wire.

        Monitors wrap ``putrequest``, and would keep them for the next error report.
        """
        method, _placeholder, version = request.split(" ")
        target = self.exchange.target
        self._validate_path(target)  # type: ignore[attr-defined]
        return f"{method} {target} {version}".encode("ascii")

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        self.exchange.request_left = True
        self.sock.settimeout(self.exchange.seconds_left())
        super().send(data)


class _HTTPSConnection(_HTTPConnection, HTTPSConnection):
    pass


class _Response(http.client.HTTPResponse):
    def __init__(self, exchange: Exchange, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self.fp = io.BufferedReader(_Reader(exchange, sock), READ_BUFFER)


class _Reader(io.RawIOBase):
    """A socket's bytes. A timeout on each read alone would let a drip feed go on for ever."""

    def __init__(self, exchange: Exchange, sock: socket.socket) -> None:
        self._exchange = exchange
        self._sock = sock
        self._stream = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._exchange.seconds_left())
        return self._stream.readinto(buffer)

    def close(self) -> None:
        self._stream.close()
        super().close()
