"""The network: what the app sends through ``reply_to``, and what comes back instead of an answer.

Knows which failures leave a request unsent, and which leave everybody in the dark.
"""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import requests
from requests.structures import CaseInsensitiveDict
from requests_hardened.ip_filter import InvalidIPAddress

from django_product_isolation.fetching import transfer
from django_product_isolation.fetching.addresses import is_public
from django_product_isolation.runflow import api

from . import pictures
from .runflow import ASSETS, OUTPUTS, Refusal, Runflow
from .secrecy import KEY_CANARY
from .storage import PUBLIC

BASE_URL = "https://api.runflow.io"
ADDRESSES = {
    "api.runflow.io": "104.18.3.4",
    "outputs.runflow-files.example.com": "104.18.9.9",
    "assets.runflow-files.example.com": "104.18.9.10",
    "intern.shop.example": "10.1.2.3",
    "media.shop.example": "104.18.9.11",
}
UNSENT = ["refused", "connect timeout"]
# Each with "lost " before it for a request that Runflow never got.
DARK = ["timeout", "reset", "cut", "garbage", "500", "502 html", "202 empty", "302", "waf 403"]
REFUSALS = ["400", "401", "402", "403", "404", "409", "422", "429", "429 wait", "429 long"]
# Of a request that Runflow took all the same.
DENIED = ["429 though taken", "402 though taken"]
FILE_FAULTS = ["expired", "500", "timeout", "refused", "reset", "302", "encoded", "huge", "endless"]
HUGE = 51 * 1024 * 1024
RETRY_AFTER = {"429 wait": "7", "429 long": "Wed, 01 Mar 2028 09:00:00 GMT"}


class Raw:
    """A body that is read in pieces, and may end too soon."""

    def __init__(self, body: bytes, *, cut: bool = False) -> None:
        self.body, self.cut = body, cut

    def read(self, amount: int, decode_content: bool = False) -> bytes:
        part, self.body = self.body[:amount], self.body[amount:]
        if self.cut:
            raise http.client.IncompleteRead(part)
        return part


class Reply:
    """As much of requests.Response as the app reads."""

    def __init__(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False
    ) -> None:
        self.status_code = status
        self.headers = CaseInsensitiveDict({"Runflow-Request-Id": "req-1", **(headers or {})})
        self.raw = Raw(body, cut=cut)


class Network:
    """Carries requests to Runflow and to the servers of files."""

    def __init__(self, runflow: Runflow, port: Any, clock: Any, violation: Any) -> None:
        self.runflow, self.port, self.clock, self.violation = runflow, port, clock, violation
        self.on_order: Callable[[str, str], None] = lambda _ref, _path: None
        self.media: Callable[[str], bytes | None] = lambda _url: None  # what the shop's links give
        self.reset()

    def reset(self) -> None:
        self.faults: dict[str, list[str]] = {}
        self.posts: list[tuple[str, str]] = []  # client_ref and what became of the request
        self.served: list[str] = []
        self.refused_accounts = (
            0  # whatever was refused because of the key, the credit or the model
        )

    @contextmanager
    def reply_to(self, request: Any, adapter: Any) -> Iterator[Reply]:
        """What ``fetching.transport.reply_to`` does, over no wire."""
        exchange = adapter.exchange
        left = exchange.seconds_left()
        route = route_of(request.method, request.url)
        with self.port(f"http {route}"):
            self.clock.advance(0.05)
            self._connect(request, adapter, route)
            waiting = self.faults.get(route)
            fault = waiting.pop(0) if waiting else ""
            reply = self._carry(request, route, fault, exchange, left)
        yield reply

    def _connect(self, request: Any, adapter: Any, route: str) -> None:
        """Only public addresses, whoever asks (I9)."""
        host = urlsplit(request.url).hostname or ""
        address = ip_address(ADDRESSES.get(host, host))
        if isinstance(adapter, transfer._PublicOnly):
            if not is_public(address):
                raise InvalidIPAddress(host)
            if "Authorization" in request.headers:
                self.violation("I9 the key was sent to a server of files")
        elif not request.url.startswith(BASE_URL):
            self.violation(f"I9 unguarded request to {host}")

    def _carry(self, request: Any, route: str, fault: str, exchange: Any, left: float) -> Reply:
        if fault in UNSENT:
            if fault == "connect timeout":
                self.clock.advance(5)
            self._note_post(route, request, "unsent")
            raise requests.ConnectionError(fault)
        exchange.request_left = True
        if request.url.startswith(PUBLIC):
            content = self.media(request.url)
            refused = {"expired": 403, "500": 500, "302": 302}.get(fault) or (content is None) * 404
            return Reply(refused or 200, b"" if refused else content or b"")
        if request.url.startswith((OUTPUTS, ASSETS)):
            return self._file(request, fault, left)
        arrives = not fault.startswith("lost ") and fault not in REFUSALS
        reply = Reply(500, b"")
        if route == "POST run":
            self.on_order(json.loads(request.body)["client_ref"], urlsplit(request.url).path)
        self.refused_accounts += fault.removeprefix("lost ")[:3] in ("401", "402", "403", "404")
        self.refused_accounts += fault.removeprefix("lost ") == "waf 403"
        if arrives:
            reply = self._answer(request)
        if route == "GET run" and fault in REFUSALS:
            self.runflow.disown(urlsplit(request.url).path.rpartition("/")[2])
        if fault in DENIED and reply.status_code == 201:
            self.runflow.deny(json.loads(request.body)["client_ref"])
        self._note_post(route, request, fault or str(reply.status_code))
        return self._spoilt(reply, fault.removeprefix("lost "), left)

    def _note_post(self, route: str, request: Any, what: str) -> None:
        if route == "POST run":
            self.posts.append((json.loads(request.body)["client_ref"], what))

    def _answer(self, request: Any) -> Reply:
        url = urlsplit(request.url)
        body = json.loads(request.body) if request.body else None
        key = request.headers.get("Idempotency-Key", "")
        try:
            if KEY_CANARY not in request.headers.get("Authorization", ""):
                return self._of_another_account(route_of(request.method, request.url))
            document = self.runflow.answer(
                request.method, url.path, dict(parse_qsl(url.query)), body, key
            )
        except Refusal as refusal:
            return Reply(refusal.status, refusal.body, refusal.headers)
        return Reply(201 if request.method == "POST" else 200, json.dumps(document).encode())

    def _of_another_account(self, route: str) -> Reply:
        """What one says that knows no run of ours and has no credit. Raises Refusal."""
        if route == "POST run":
            self.refused_accounts += 1
            raise Refusal(402)
        if route == "GET run":
            raise Refusal(404, "RUN_NOT_FOUND")
        if route == "GET runs":
            return Reply(200, b'{"items": [], "next_pq": null}')
        raise Refusal(503)

    def _spoilt(self, reply: Reply, fault: str, left: float) -> Reply:
        """The answer as it arrives, if one does."""
        if fault in REFUSALS + DENIED:
            refusal = Refusal(int(fault[:3]))
            wait = RETRY_AFTER.get(fault)
            return Reply(refusal.status, refusal.body, {"Retry-After": wait} if wait else {})
        if fault == "timeout":
            self.clock.advance(left)
            raise requests.ReadTimeout(fault)
        if fault == "reset":
            raise requests.ConnectionError(fault)
        if fault == "cut":
            return Reply(reply.status_code, reply.raw.body, cut=True)
        spoilt = {
            "garbage": Reply(200, b"\xff\xfe"),
            "500": Reply(500, Refusal(500).body),
            "502 html": Reply(502, b"<html>bad gateway</html>"),
            "202 empty": Reply(202, b"{}"),
            "302": Reply(302, b"", {"Location": "https://127.0.0.1/"}),
            "waf 403": Reply(403, b"<html>blocked</html>"),
        }
        return spoilt.get(fault, reply)

    def _file(self, request: Any, fault: str, left: float) -> Reply:
        if fault == "timeout":
            self.clock.advance(left)
            raise requests.ReadTimeout(fault)
        if fault == "reset":
            return Reply(200, b"\x89PNG half", cut=True)
        if fault in ("500", "302"):
            return Reply(int(fault), b"")
        if request.method == "PUT":
            asset = urlsplit(request.url).path.rsplit("/", 1)[1]
            if fault == "expired":
                return Reply(403, b"<Error/>")
            self.runflow.assets[asset] = request.body.read()
            return Reply(200, b"")
        return self._output(request, fault)

    def _output(self, request: Any, fault: str) -> Reply:
        url = urlsplit(request.url)
        kind = url.path.rsplit("/", 1)[1]
        generation = int(dict(parse_qsl(url.query))["g"])
        if fault == "expired" or generation != self.runflow.link_generation:
            return Reply(403, b"<Error/>")
        if fault == "encoded":
            return Reply(200, b"x", {"Content-Encoding": "gzip"})
        if fault == "huge":
            return Reply(200, b"x", {"Content-Length": str(HUGE)})
        if fault == "endless":
            return Endless()
        body = pictures.result(int(kind)) if kind.isdigit() else pictures.odd(kind)
        self.served.append(kind)
        return Reply(200, body, {"Content-Length": str(len(body))})

    @contextmanager
    def installed(self) -> Iterator[None]:
        with ExitStack() as stack:
            for module in (api, transfer):
                stack.enter_context(mock.patch.object(module, "reply_to", self.reply_to))
            yield


class Endless(Reply):
    """More than anybody wants; made of one piece, which takes no time."""

    def __init__(self) -> None:
        super().__init__(200, b"")
        self.raw.read = lambda *_args, **_options: bytes(HUGE)  # type: ignore[method-assign]


def route_of(method: str, url: str) -> str:
    """What kind of call it is, for faults and for the names of points."""
    if url.startswith(OUTPUTS):
        return "GET output"
    if url.startswith(PUBLIC):
        return "GET media"
    if url.startswith(ASSETS):
        return "PUT asset"
    path = urlsplit(url).path
    if method == "POST":
        if path.endswith("/runs"):
            return "POST run"
        return "POST upload" if path.endswith("asset-uploads") else "POST confirmation"
    if path == "/v1/runs":
        return "GET runs"
    return "GET run" if path.startswith("/v1/runs/") else "GET elsewhere"
