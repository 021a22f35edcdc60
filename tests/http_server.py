"""A small real HTTP server for tests: scripted answers, recorded requests, a port of its own."""

import json
import shlex
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    method: str
    target: str
    headers: Message
    body: bytes

    @property
    def path(self):
        return urlsplit(self.target).path

    @property
    def query(self):
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}

    def json(self):
        return json.loads(self.body)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10

    def handle_one_request(self):
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.request_seen = Request(self.command, self.path, self.headers, body)
        self.server.answer_for(self.request_seen)(self)
        self.wfile.flush()

    def log_message(self, *args):
        pass


Answer = Callable[[_Handler], None]


class HttpServer(ThreadingHTTPServer):
    """Gives ``answers`` in order, the last one again and again; ``requests`` holds what came.

    With ``tls`` it speaks https. To be used as a context manager.
    """

    daemon_threads = False  # so that closing waits for every handler

    def __init__(self, *answers: Answer, tls: ssl.SSLContext | None = None):
        super().__init__(("127.0.0.1", 0), _Handler)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_side=True)
        self.answers = list(answers)
        self.requests: list[Request] = []
        self.stopping = threading.Event()
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.server_port}"

    def answer_for(self, request: Request) -> Answer:
        self.requests.append(request)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def handle_error(self, request, client_address):
        """A client that goes away early is what many tests are about."""

    def __enter__(self):
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *args):
        self.stopping.set()
        self.shutdown()
        self._thread.join()
        self.server_close()


def reply(body: bytes = b"", status: int = 200, **headers: str) -> Answer:
    """A complete reply. ``Content_Type="text/html"`` becomes the header Content-Type."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(handler):
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **named}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def reply_json(document: object, status: int = 200, **headers: str) -> Answer:
    return reply(json.dumps(document).encode(), status, Content_Type="application/json", **headers)


def reply_raw(*pieces: bytes, every: float = 0) -> Answer:
    """Bytes as they are, ``every`` so many seconds one piece, then the end of the connection."""

    def answer(handler):
        handler.close_connection = True
        for piece in pieces:
            handler.wfile.write(piece)
            handler.wfile.flush()
            if handler.server.stopping.wait(every):
                return

    return answer


def hang_up(handler: _Handler) -> None:
    """Reset the connection without a word."""
    handler.close_connection = True
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.rfile.close()
    handler.connection.close()


def say_nothing(handler: _Handler) -> None:
    """Keep the connection open and silent until the server stops."""
    handler.close_connection = True
    handler.server.stopping.wait(10)


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(folder: Path, *names: str) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context for ``names`` and the file by which a client can trust it."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    alternatives = ",".join(f"DNS:{name}" for name in names)
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        f"-subj /CN=tests -addext subjectAltName={alternatives} -keyout {key} -out {cert}"
    )
    subprocess.run(shlex.split(command), check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert
