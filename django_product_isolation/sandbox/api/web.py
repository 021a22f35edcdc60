"""Requests and replies: JSON in, JSON out, errors in Runflow's shape, XML from the file store.

Knows Django's request and response classes and nothing of the host's settings or middleware.
"""

import json
from typing import TYPE_CHECKING, Any, NoReturn
from xml.sax.saxutils import escape

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse

from django_product_isolation.sandbox.api import shapes
from django_product_isolation.sandbox.config import MAX_REQUEST_BYTES
from django_product_isolation.sandbox.store.identifiers import uuid7

if TYPE_CHECKING:
    from django_product_isolation.sandbox.services import Services
    from django_product_isolation.sandbox.store.accounts import Organisation

VALIDATION = "SANDBOX_VALIDATION"  # Runflow's own word for it is not published


class ApiError(Exception):
    """An answer other than 2xx (contract, sections 2.1 and 7.10)."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors
        self.headers = headers or {}


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class SandboxRequest(WSGIRequest):
    """A request that knows its sandbox, an id of its own and, once authenticated, whose it is."""

    organisation: "Organisation"  # there is none before the key check

    def __init__(self, environ: dict[str, Any], services: "Services") -> None:
        super().__init__(environ)
        self.services = services
        self.id = uuid7()
        self.operation = ""

    @property
    def org_id(self) -> str:
        """The organisation whose key the request carries."""
        return self.organisation.id

    def content(self, limit: int = MAX_REQUEST_BYTES) -> bytes:
        """Return the body. Raises ApiError 413 above ``limit`` bytes.

        Unlike ``body`` it does not ask the host's settings how large a request may be.
        """
        length = self.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length) > limit:
            raise ApiError(413, VALIDATION, f"A body has at most {limit} bytes here.")
        return self.read()

    def close_connection(self) -> None:
        """End the connection after this request."""
        self.META["sandbox.handler"].close_connection = True


def read_json(request: SandboxRequest) -> tuple[dict[str, Any], bytes]:
    """Return a request's JSON object and its bytes. Raises ApiError 400."""
    if request.content_type != "application/json":
        malformed("Send JSON, with Content-Type: application/json.")
    content = request.content()
    try:
        body = json.loads(content, parse_constant=malformed)
    except (ValueError, RecursionError):
        malformed("The body is not JSON.")
    if not isinstance(body, dict):
        malformed("The body must be a JSON object.")
    return body, content


def malformed(message: str) -> NoReturn:
    """Refuse a body that is no JSON object."""
    raise ApiError(400, "SANDBOX_MALFORMED_BODY", message)


def json_reply(content: Any, status: int = 200) -> HttpResponse:
    """Return a JSON reply."""
    return json_text_reply(json.dumps(content), status)


def json_text_reply(text: str, status: int = 200) -> HttpResponse:
    """Return a reply of JSON that is already written."""
    return HttpResponse(text, content_type="application/json", status=status)


def error_reply(error: ApiError, shape: str) -> HttpResponse:
    """Return an error in one of its shapes; ``text`` is what a proxy in between might say."""
    if shape == "text":
        reply = HttpResponse(error.message, content_type="text/plain", status=error.status)
    else:
        body = shapes.ERROR[shape](error.code, error.message, error.errors)
        reply = json_reply(body, error.status)
    for name, value in error.headers.items():
        reply[name] = value
    return reply


def store_error(status: int, code: str, message: str) -> HttpResponse:
    """Return an error as object stores word it: XML, never JSON (contract, section 9.1.10)."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
    )
    return HttpResponse(body, content_type="application/xml", status=status)
