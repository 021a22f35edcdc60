"""The edge of this process: names are looked up in a script, and no connection is ever made."""

import ipaddress
import socket
from collections.abc import Callable
from contextlib import contextmanager
from unittest import mock

from .inside import REFUSED_BLOCKS

PRIVATE = [ipaddress.ip_network(block) for block in REFUSED_BLOCKS]


class Sockets:
    """Records what is looked up and connected to; every connection is refused.

    ``answers`` gives the addresses of a name. Addresses in whatever spelling, and the names of this
    machine, go to the operating system's resolver as ever; it sends nothing out for those.
    """

    def __init__(self, answers: Callable[[str], list[str]] = lambda host: []):
        self.answers = answers
        self.lookups: list[str] = []
        self.connects: list[str] = []
        self.real_lookup = socket.getaddrinfo

    @property
    def private_connects(self):
        return [address for address in self.connects if is_private(address)]

    def look_up(self, host, port, family=0, type=0, proto=0, flags=0):
        self.lookups.append(host)
        here = isinstance(host, str) and host.lower().rstrip(".").startswith(("localhost", "ip6-"))
        numeric = 0 if here else socket.AI_NUMERICHOST
        try:
            return self.real_lookup(host, port, family, type, proto, flags | numeric)
        except socket.gaierror:
            found = self.answers(host)
            if not found:
                raise
        return [
            answer
            for address in found
            for answer in self.real_lookup(address, port, family, type, proto, flags)
        ]

    def connect(self, address):
        self.connects.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    @contextmanager
    def installed(self):
        refuse = lambda sock, address: self.connect(address)  # noqa: E731
        with (
            mock.patch.object(socket, "getaddrinfo", self.look_up),
            mock.patch.object(socket.socket, "connect", refuse),
            mock.patch.object(socket.socket, "connect_ex", refuse),
        ):
            yield self


def is_private(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    return any(address in block for block in PRIVATE if block.version == address.version)
