"""The HTTP server: Django's threaded WSGI server around Django's URL resolver.

Knows how a request becomes a reply and that every reply says who it comes from; not what any URL
does. The host's middleware and settings have no part in it.
"""

import contextlib
import logging
import socket
from collections.abc import Callable, Iterable
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from django_product_isolation.sandbox.api.dispatch import View
from django_product_isolation.sandbox.api.validation import Invalid
from django_product_isolation.sandbox.api.web import (
    VALIDATION,
    ApiError,
    Dropped,
    SandboxRequest,
    error_reply,
)

from .services import Services

logger = logging.getLogger("django_product_isolation")

SERVER_NAME = "RunflowSandbox"
URLS = "django_product_isolation.sandbox.api.urls"


class Application:
    """The WSGI application of one sandbox."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request; close the connection instead when a fault asks for that."""
        request = SandboxRequest(environ, self._services)
        try:
            reply = self._reply(request)
        except Dropped:
            request.close_connection()
            raise ConnectionAbortedError from None
        self._announce(request, reply)
        status = f"{reply.status_code} {reply.reason_phrase}"
        start_response(status, list(reply.items()))
        # Not the reply itself: closing it would tell the host's project of a finished request.
        return iter(reply)

    def _reply(self, request: SandboxRequest) -> HttpResponseBase:
        try:
            match = resolve(request.path_info, URLS)
            view: View = match.func
            return view(request, **match.kwargs)
        except Resolver404:
            error = ApiError(404, "SANDBOX_NOT_FOUND", "There is no such URL.")
        except Invalid as invalid:
            error = ApiError(422, VALIDATION, str(invalid), invalid.errors)
        except ApiError as refused:
            error = refused
        except Dropped:
            raise
        except Exception:
            logger.exception("event=sandbox_error operation=%s", request.operation)
            error = ApiError(500, "SANDBOX_INTERNAL_ERROR", "See the sandbox's log.")
        return error_reply(error, self._services.behaviour["error_shape"])

    def _announce(self, request: SandboxRequest, reply: HttpResponseBase) -> None:
        """Say on every reply that this is a stand-in."""
        reply["Server"] = SERVER_NAME
        reply["X-Runflow-Sandbox"] = (
            f"stand-in; engine={self._services.engine.name}; prompt=not-obeyed; charge=none"
        )
        reply["Runflow-Request-Id"] = request.id
        reply["X-Content-Type-Options"] = "nosniff"
        if isinstance(reply, HttpResponse) and not reply.has_header("Content-Length"):
            reply["Content-Length"] = str(len(reply.content))


class RequestHandler(WSGIRequestHandler):
    """Logs requests without their query, which may hold a signature."""

    def get_environ(self) -> dict[str, Any]:
        """Let a view reach the connection, to end it."""
        return {**super().get_environ(), "sandbox.handler": self}

    def log_message(self, format: str, *args: Any) -> None:
        """Log method, path and status."""
        logger.info(
            "event=sandbox_request method=%s path=%s status=%s",
            getattr(self, "command", None),
            getattr(self, "path", "").partition("?")[0],
            args[1] if len(args) > 1 else "-",
        )


class Server(ThreadedWSGIServer):
    """A server that ends the connections it still has when it is closed."""

    daemon_threads = False  # so that closing waits for the threads of requests

    def __init__(self, address: tuple[str, int]) -> None:
        """Listen on ``address``; port 0 takes a free one. Raises OSError, as for a taken port."""
        self._open: set[socket.socket] = set()
        super().__init__(address, RequestHandler, ipv6=":" in address[0])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection while it lasts."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Stop listening and end every connection, also to a client that never reads."""
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()
