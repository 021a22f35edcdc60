"""A Runflow that answers at once, so that what is measured is the app.

python -m tests.benchmarks.instant_runflow RESULT [PORT]

Every run has succeeded when it is first asked for, and RESULT is what it made. Keeps nothing.
"""

import json
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Runs, uploads and files; anything else that is asked for is an empty list."""

    protocol_version = "HTTP/1.1"
    result = b""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.endswith("/confirmations"):
            self.say(200, {"id": "asset_1", "url": f"{self.origin}/files/source"})
        elif self.path == "/v1/asset-uploads":
            self.say(201, {"asset_id": "asset_1", "upload_url": f"{self.origin}/files/source"})
        else:
            self.say(202, {"id": str(uuid.uuid4()), "status": "succeeded"})

    def do_PUT(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        while left > 0:
            left -= len(self.rfile.read(min(left, 1 << 20))) or left
        self.say(200, {})

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/files/"):
            self.send(200, "application/octet-stream", self.result)
        elif path.startswith("/v1/runs/"):
            output = {"image_urls": [f"{self.origin}/files/result"]}
            run = {"id": path.rpartition("/")[2], "status": "succeeded", "output": output}
            self.say(200, {**run, "cost": "0.27"})
        else:
            self.say(200, {"items": []})

    @property
    def origin(self) -> str:
        return f"http://{self.headers['Host']}"

    def say(self, status: int, document: Any) -> None:
        self.send(status, "application/json", json.dumps(document).encode())

    def send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256


def serve(result: bytes, port: int = 0, told: Connection | None = None) -> None:
    handler = type("Handler", (Handler,), {"result": result})
    with Server(("127.0.0.1", port), handler) as server:
        if told is not None:
            told.send(server.server_port)
        server.serve_forever()


@contextmanager
def instant_runflow(result: bytes) -> Iterator[str]:
    """Its base URL, while it runs in a process of its own."""
    context = get_context("spawn")
    told, tells = context.Pipe()
    process = context.Process(target=serve, args=(result, 0, tells), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{told.recv()}"
    finally:
        process.terminate()
        process.join()


if __name__ == "__main__":
    serve(Path(sys.argv[1]).read_bytes(), int(sys.argv[2]) if len(sys.argv) > 2 else 8080)
