"""A line to a server that can be cut and mended: an outage, without stopping what others use."""

import contextlib
import socket
import threading

from tests.http_server import free_port


class Line:
    """Listens on a port of its own and carries bytes to a server, while it is whole."""

    def __init__(self, host: str, port: int) -> None:
        self.server, self.port = (host, port), free_port()
        self.lock = threading.Lock()
        self.ends: set[socket.socket] = set()
        self.listener: socket.socket | None = None

    def __enter__(self) -> "Line":
        self.mend()
        return self

    def __exit__(self, *args: object) -> None:
        self.cut()

    def mend(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port), reuse_port=False)
        threading.Thread(target=self._listen, args=(self.listener,), daemon=True).start()

    def cut(self) -> None:
        """Who is connected is hung up on, who comes is refused."""
        with self.lock:
            ends, self.ends = self.ends | {self.listener}, set()
        for end in ends:
            if end is not None:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
                end.close()

    def _listen(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _address = listener.accept()
                server = socket.create_connection(self.server)
                with self.lock:
                    self.ends |= {client, server}
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := one.recv(65536):
                other.sendall(piece)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        with self.lock:
            self.ends -= {one, other}
