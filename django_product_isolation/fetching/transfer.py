"""Files from and to addresses that we did not choose, over public https only.

Knows which replies of a file server are acceptable and when to give up. Must not know what a file
is, and tells nobody the URL or the addresses behind it.
"""

import hashlib
from collections.abc import Generator, Mapping
from contextlib import closing
from ipaddress import ip_address
from typing import Any, BinaryIO

import requests
from requests_hardened.ip_filter import InvalidIPAddress
from requests_hardened.ip_filter_adapter import IPFilterAdapter

from django_product_isolation.web_addresses import split_address

from .addresses import is_loopback, is_public, origin
from .transport import FAILURES, Exchange, ExchangeAdapter, reply_to
from .waiting import read_retry_after

CHUNK = 256 * 1024  # bytes
USER_AGENT = "django-product-isolation"
PASSING_STATUSES = frozenset({408, 425, 429})  # 4xx that say nothing about the link

MESSAGES = {
    "unsafe_address": "the address is not one that files may be fetched from",
    "link_refused": "the link is not, or no longer, accepted",
    "redirected": "the server sends to another address",
    "too_large": "the file is larger than allowed",
    "too_slow": "the transfer took longer than allowed",
    "encoded": "the reply is encoded although a plain one was asked for",
    "unreachable": "the server could not be reached or answered with an error",
    "cut_off": "the transfer broke off",
}
PASSING = frozenset({"too_slow", "unreachable", "cut_off"})


class FetchError(Exception):
    """A transfer failed. ``code`` is a key of MESSAGES, ``can_retry`` whether it may pass.

    ``retry_after``: seconds for which the server asks to be left alone, None where it names none.
    """

    def __init__(self, code: str, retry_after: float | None = None) -> None:
        super().__init__(f"{code}: {MESSAGES[code]}")
        self.code = code
        self.can_retry = code in PASSING
        self.retry_after = retry_after


def fetch(
    url: str, into: BinaryIO, *, max_bytes: int, deadline: float, local_origin: str | None = None
) -> None:
    """Write the file at ``url`` to ``into``: at most ``max_bytes``, within ``deadline`` seconds.

    ``local_origin`` is the configured base URL: where that is loopback, its own scheme, host and
    port are allowed too. Raises FetchError, after which ``into`` may hold a part of the file.
    """
    with closing(_chunks(url, max_bytes, Exchange(seconds=deadline), local_origin)) as chunks:
        for chunk in chunks:
            into.write(chunk)


def serves(url: str, *, sha256: str, size: int, deadline: float) -> bool | None:
    """Whether who comes to ``url`` with nothing but the link gets a file of ``size`` bytes with
    that SHA-256, in hex.

    None when that cannot be found out from here within ``deadline`` seconds.
    """
    digest, exchange = hashlib.sha256(), Exchange(seconds=deadline)
    try:
        with closing(_chunks(url, size, exchange, None)) as chunks:
            for chunk in chunks:
                digest.update(chunk)
    except FetchError as error:
        is_unknown = error.can_retry or error.code == "unsafe_address"
        return None if is_unknown else False
    return digest.hexdigest() == sha256


def send_file(
    url: str,
    file: BinaryIO,
    *,
    mime_type: str,
    size: int,
    deadline: float,
    local_origin: str | None = None,
) -> None:
    """PUT the ``size`` bytes of ``file`` to ``url`` within ``deadline`` seconds.

    The same addresses are allowed as for ``fetch``. Raises FetchError.
    """
    file.seek(0)
    exchange = Exchange(seconds=deadline)
    request = _prepared("PUT", url, {"Content-Type": mime_type, "Content-Length": str(size)})
    request.body = file  # type: ignore[assignment]
    adapter = _adapter(request, exchange, local_origin)
    try:
        with reply_to(request, adapter) as response:
            _refuse(response, accepted=range(200, 300))
    except FAILURES as error:
        raise _failure(error, exchange) from None


class _PublicOnly(ExchangeAdapter, IPFilterAdapter):  # type: ignore[misc]
    """Looks the name up once, connects to the address it got, and only if that is public."""

    def build_connection_pool_key_attributes(self, *args: Any, **kwargs: Any) -> Any:
        host_params, pool_kwargs = super().build_connection_pool_key_attributes(*args, **kwargs)
        if not is_public(ip_address(host_params["host"].strip("[]"))):
            raise FetchError("unsafe_address")
        return host_params, pool_kwargs


def _chunks(
    url: str, max_bytes: int, exchange: Exchange, local_origin: str | None
) -> Generator[bytes, None, None]:
    request = _prepared("GET", url, {"Accept-Encoding": "identity"})
    adapter = _adapter(request, exchange, local_origin)
    try:
        with reply_to(request, adapter) as response:
            _refuse(response, accepted=(200,))
            _refuse_encoding(response)
            yield from _capped(response, max_bytes)
    except FAILURES as error:
        raise _failure(error, exchange) from None


def _prepared(method: str, url: str, headers: Mapping[str, str]) -> requests.PreparedRequest:
    try:
        request = requests.Request(method, url, headers={"User-Agent": USER_AGENT, **headers})
        return request.prepare()
    except FAILURES:
        raise FetchError("unsafe_address") from None


def _adapter(
    request: requests.PreparedRequest, exchange: Exchange, local_origin: str | None
) -> ExchangeAdapter:
    """Judge the URL as it will be used, after requests has normalised it."""
    url = request.url or ""
    place = origin(url)
    if place is None or "@" in split_address(url).netloc:
        raise FetchError("unsafe_address")
    if local_origin and is_loopback(local_origin) and place == origin(local_origin):
        return ExchangeAdapter(exchange)
    if place[0] != "https" or place[2] != 443:
        raise FetchError("unsafe_address")
    return _PublicOnly(exchange, is_https_proto=True)


def _refuse(response: requests.Response, *, accepted: range | tuple[int, ...]) -> None:
    status = response.status_code
    if status in accepted:
        return
    if 300 <= status < 400:
        raise FetchError("redirected")
    if 400 <= status < 500 and status not in PASSING_STATUSES:
        raise FetchError("link_refused")
    raise FetchError("unreachable", read_retry_after(response.headers.get("Retry-After", "")))


def _refuse_encoding(response: requests.Response) -> None:
    if response.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity"):
        raise FetchError("encoded")


def _capped(response: requests.Response, max_bytes: int) -> Generator[bytes, None, None]:
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise FetchError("too_large")
    received = 0
    while chunk := response.raw.read(CHUNK, decode_content=False):
        received += len(chunk)
        if received > max_bytes:
            raise FetchError("too_large")
        yield chunk


def _failure(error: Exception, exchange: Exchange) -> FetchError:
    if isinstance(error, InvalidIPAddress | requests.exceptions.InvalidURL):
        return FetchError("unsafe_address")
    if exchange.is_over:
        return FetchError("too_slow")
    return FetchError("cut_off" if exchange.request_left else "unreachable")
