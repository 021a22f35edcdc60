"""Carrying out what ``behaviour`` arms for requests: refusals, delays, broken replies.

A table from a fault's name to its function. Each gets the request, the options and ``answer``,
which does the request's work and returns the right reply.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NoReturn

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect

from django_product_isolation.sandbox.behaviour import Options

from .web import ApiError, Dropped, SandboxRequest, store_error

Answer = Callable[[], HttpResponseBase]
Action = Callable[[SandboxRequest, Options, Answer], HttpResponseBase]

PAGE = b"<!doctype html><title>Sorry</title><p>Please come back later."
IN_CONFLICT = "This Idempotency-Key was used before."
CHUNK = 65_536  # bytes


def drop_before(request: SandboxRequest, options: Options, answer: Answer) -> NoReturn:
    """Close the connection and do nothing."""
    raise Dropped


def drop_after(request: SandboxRequest, options: Options, answer: Answer) -> NoReturn:
    """Do it, then close the connection."""
    answer()
    raise Dropped


def slow_reply(request: SandboxRequest, options: Options, answer: Answer) -> HttpResponseBase:
    """Do it at once, answer late."""
    reply = answer()
    request.services.stopping.wait(options.get("seconds", 30))
    return reply


def rate_limited(request: SandboxRequest, options: Options, answer: Answer) -> NoReturn:
    """Refuse, with a Retry-After header only if one was asked for."""
    wait = options.get("retry_after")
    headers = {} if wait is None else {"Retry-After": str(wait)}
    raise ApiError(429, "RATE_LIMITED", "Too many requests.", headers=headers)


def refusal(status: int, code: str, message: str) -> Action:
    """Return the action that refuses and does nothing."""

    def refuse(request: SandboxRequest, options: Options, answer: Answer) -> NoReturn:
        raise ApiError(status, code, message)

    return refuse


def error_after(request: SandboxRequest, options: Options, answer: Answer) -> NoReturn:
    """Do it, then say that something went wrong."""
    answer()
    raise ApiError(500, "SANDBOX_INTERNAL_ERROR", "This error was asked for.")


def conflict_after(request: SandboxRequest, options: Options, answer: Answer) -> NoReturn:
    """Do it, then say that it has been done before."""
    answer()
    raise ApiError(409, "CONFLICT", IN_CONFLICT)


def redirect(request: SandboxRequest, options: Options, answer: Answer) -> HttpResponseBase:
    """Send the client elsewhere."""
    return HttpResponseRedirect(request.services.base_url + "/")


def not_json(request: SandboxRequest, options: Options, answer: Answer) -> HttpResponseBase:
    """Do it, then answer with a page under the right status."""
    return HttpResponse(PAGE, status=answer().status_code)


def first_half(request: SandboxRequest, options: Options, answer: Answer) -> HttpResponseBase:
    """Answer with half of the content, as if that were all of it."""
    reply = answer()
    content = content_of(reply)
    return HttpResponse(
        content[: len(content) // 2], reply.get("Content-Type"), status=reply.status_code
    )


def cut_download(request: SandboxRequest, options: Options, answer: Answer) -> HttpResponseBase:
    """Announce the whole content, send half of it and close the connection."""
    content = content_of(answer())
    request.close_connection()
    reply = StreamingHttpResponse([content[: len(content) // 2]], content_type="image/webp")
    reply["Content-Length"] = str(len(content))
    return reply


def expired(request: SandboxRequest, options: Options, answer: Answer) -> HttpResponseBase:
    """Refuse a file as an object store does when its URL has expired."""
    return store_error(403, "AccessDenied", "Request has expired")


def html_as_image(request: SandboxRequest, options: Options, answer: Answer) -> HttpResponseBase:
    """Send a page that calls itself an image."""
    return HttpResponse(PAGE, content_type="image/webp")


def html_after_image(request: SandboxRequest, options: Options, answer: Answer) -> HttpResponseBase:
    """Send an image with a page behind it, which decoders pass over."""
    reply = answer()
    content = content_of(reply) + PAGE
    return HttpResponse(content, reply.get("Content-Type"), status=reply.status_code)


def huge_image(request: SandboxRequest, options: Options, answer: Answer) -> HttpResponseBase:
    """Send few bytes that unpack to very many pixels."""
    return HttpResponse(black_png(options.get("side", 20_000)), content_type="image/png")


def huge_file(request: SandboxRequest, options: Options, answer: Answer) -> HttpResponseBase:
    """Send bytes that hardly end, without saying how many."""
    return StreamingHttpResponse(
        zeros(options.get("bytes", 200_000_000)), content_type="image/webp"
    )


def black_png(side: int) -> bytes:
    """Return a 1-bit PNG of ``side`` pixels each way, made without ever unpacking it."""
    compressor = zlib.compressobj(9)
    row = bytes(1 + (side + 7) // 8)
    data = b"".join(compressor.compress(row) for _ in range(side)) + compressor.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = [png_chunk(b"IHDR", header), png_chunk(b"IDAT", data), png_chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return one PNG chunk: length, kind, data, checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def zeros(count: int) -> Iterator[bytes]:
    """Yield ``count`` bytes in pieces."""
    for start in range(0, count, CHUNK):
        yield bytes(min(CHUNK, count - start))


def content_of(reply: HttpResponseBase) -> bytes:
    """Return the bytes of a reply that is not streamed."""
    return reply.content if isinstance(reply, HttpResponse) else b""


ACTIONS: dict[str, Action] = {
    "drop_before_create": drop_before,
    "drop_after_create": drop_after,
    "slow_reply": slow_reply,
    "rate_limited": rate_limited,
    "unauthorized": refusal(401, "UNAUTHORIZED", "This key is not valid."),
    "payment_required": refusal(402, "INSUFFICIENT_CREDIT", "The balance is too low."),
    "forbidden": refusal(403, "PERMISSION_DENIED", "This key may not do that."),
    "conflict": refusal(409, "CONFLICT", IN_CONFLICT),
    "conflict_after": conflict_after,
    "error_500": refusal(500, "SANDBOX_INTERNAL_ERROR", "This error was asked for."),
    "error_503": refusal(503, "MODEL_UNAVAILABLE", "The model is not available."),
    "error_500_after": error_after,
    "redirect": redirect,
    "not_json": not_json,
    "cut_body": first_half,
    "expired_url": expired,
    "truncated_image": first_half,
    "cut_download": cut_download,
    "html_as_image": html_as_image,
    "html_after_image": html_after_image,
    "huge_image": huge_image,
    "huge_file": huge_file,
}
