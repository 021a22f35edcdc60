"""One call to Runflow's API: send it, read the reply, tell success from every kind of failure.

Knows the key and how replies are understood. Must not know the routes, and repeats nothing.
"""

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import requests

from django_product_isolation.fetching.transfer import USER_AGENT
from django_product_isolation.fetching.transport import (
    CONNECT_SECONDS,
    FAILURES,
    Exchange,
    ExchangeAdapter,
    reply_to,
)
from django_product_isolation.redaction import without_locals

from .errors import AccountRefused, NotReached, OutcomeUnknown, RunflowError, error_from
from .replies import parse_reply

CALL_SECONDS = CONNECT_SECONDS + 30.0  # to connect, send and have the whole reply
MAX_REPLY = 16 * 1024 * 1024  # bytes
USABLE_KEY = re.compile(r"[!-~]+")

logger = logging.getLogger("django_product_isolation")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A whole reply, as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Api:
    """Runflow's API under one base URL, with one key."""

    base_url: str
    api_key: str = field(repr=False)
    answered: Callable[[], None] | None = field(default=None, repr=False)

    @without_locals
    def call(
        self,
        method: str,
        route: str,
        *,
        reader: Callable[[Any], T],
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float = CALL_SECONDS,
    ) -> T:
        """Make one authenticated call and return what ``reader`` makes of the document.

        The whole call may take ``seconds``. Raises RunflowError, also when ``reader`` raises
        ValueError: then the call was carried out, but what came of it is unknown.
        """
        if not USABLE_KEY.fullmatch(self.api_key):
            raise AccountRefused(
                code="unusable_key", detail="The key is missing or has characters that no key has."
            )
        authorization = {"Authorization": f"Bearer {self.api_key}"}
        reply = self.exchange(
            method,
            route,
            query=query,
            body=body,
            headers={**authorization, **(headers or {})},
            seconds=seconds,
        )
        # A server that repeats the key to us must not bring it into our records.
        told = reply.body.replace(self.api_key.encode(), b"(key)")
        if not 200 <= reply.status < 300:
            error = error_from(reply.status, reply.headers, told)
            if not isinstance(error, OutcomeUnknown):
                self._tell()
            raise error
        try:
            known = reader(parse_reply(told))
        except ValueError:  # which holds the document
            raise OutcomeUnknown(status=reply.status, code="unreadable_reply") from None
        self._tell()
        return known

    def _tell(self) -> None:
        if self.answered is not None:
            self.answered()

    def exchange(
        self,
        method: str,
        route: str,
        *,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str] | None,
        seconds: float,
    ) -> Reply:
        """Send one request and return the reply, whatever it says.

        Raises NotReached when no byte of the request left, OutcomeUnknown when some may have.
        """
        exchange = Exchange(seconds=seconds)
        try:
            request = self._prepared(method, route, query, body, headers or {})
            with reply_to(request, ExchangeAdapter(exchange)) as response:
                content = response.raw.read(MAX_REPLY + 1, decode_content=True)
        except FAILURES as error:
            raise _lost(exchange, error) from None  # which may hold what was read
        reply = Reply(status=response.status_code, headers=response.headers, body=content)
        logger.debug("runflow_reply method=%s route=%s status=%s", method, route, reply.status)
        if len(content) > MAX_REPLY:
            raise OutcomeUnknown(status=reply.status, code="reply_too_large")
        return reply

    def _prepared(
        self,
        method: str,
        route: str,
        query: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> requests.PreparedRequest:
        common = {"Accept": "application/json", "Accept-Encoding": "identity"}
        content = None if body is None else json.dumps(body, sort_keys=True)
        if content is not None:
            common["Content-Type"] = "application/json"
        return requests.Request(
            method,
            self.base_url.rstrip("/") + route,
            params=query,
            data=content,
            headers={"User-Agent": USER_AGENT, **common, **headers},
        ).prepare()


def _lost(exchange: Exchange, error: Exception) -> RunflowError:
    detail = type(error).__name__
    if not exchange.request_left:
        return NotReached(code="unreachable", detail=detail)
    return OutcomeUnknown(code="too_slow" if exchange.is_over else "cut_off", detail=detail)
