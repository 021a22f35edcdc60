"""Names and public addresses that lead to servers on this machine, for whoever asks from here."""

import socket
import ssl
from pathlib import Path

import requests.adapters


class Internet:
    """What names resolve to, one answer after the other, and where public addresses lead."""

    def __init__(self, monkeypatch, trusted: Path):
        """``trusted`` is the file with the certificates that requests believes from now on."""
        monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(trusted))
        # Requests before 2.32.5 read the trusted authorities once, when it is imported.
        trusting = ssl.create_default_context(cafile=str(trusted))
        monkeypatch.setattr(requests.adapters, "_preloaded_ssl_context", trusting, raising=False)
        self.names, self.routes, self.lookups, self.connects = {}, {}, [], []
        self.real_lookup, self.real_connect = socket.getaddrinfo, socket.socket.connect
        internet = self
        monkeypatch.setattr(socket, "getaddrinfo", self.look_up)
        monkeypatch.setattr(
            socket.socket, "connect", lambda sock, address: internet.connect(sock, address)
        )

    def look_up(self, host, port, *args, **kwargs):
        if host not in self.names:
            return self.real_lookup(host, port, *args, **kwargs)
        self.lookups.append(host)
        answers = self.names[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [found for a in addresses for found in self.real_lookup(a, port, *args, **kwargs)]

    def connect(self, sock, address):
        self.connects.append(address[0])
        return self.real_connect(sock, self.routes.get(address[:2], address))
