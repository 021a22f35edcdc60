"""A broker that accepts connections and says nothing, as a host behind a broken switch does."""

import socket
import threading

PATIENCE = 30.0  # seconds after which it gives up first


class SilentBroker:
    """Counts the clients that left by themselves, and those that would have waited for ever."""

    def __init__(self) -> None:
        self.given_up = self.outlasted = 0
        self.threads: list[threading.Thread] = []

    def __enter__(self) -> "SilentBroker":
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.listener = threading.Thread(target=self._listen)
        self.listener.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Stop, after every client has been dealt with; the counts are then final."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self.listener.join()
        self.socket.close()
        for thread in self.threads:
            thread.join()

    def _listen(self) -> None:
        while True:
            try:
                client, _address = self.socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._hear_out, args=(client,))
            self.threads.append(thread)
            thread.start()

    def _hear_out(self, client: socket.socket) -> None:
        client.settimeout(PATIENCE)
        with client:
            try:
                while client.recv(4096):
                    pass
                self.given_up += 1
            except TimeoutError:
                self.outlasted += 1
            except OSError:
                self.given_up += 1
