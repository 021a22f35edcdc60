import pytest

from tests.http_server import (
    HttpServer,
    certificate,
    reply,
)
from tests.internet import Internet

PUBLIC = "93.184.215.14"


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"), "files.example.com")


@pytest.fixture
def internet(monkeypatch, tls):
    internet = Internet(monkeypatch, trusted=tls[1])
    internet.names["files.example.com"] = [[PUBLIC]]
    return internet


@pytest.fixture
def public_server(internet, tls):
    """A server that files.example.com leads to, over real TLS."""
    with HttpServer(reply(b"a picture"), tls=tls[0]) as server:
        internet.routes[(PUBLIC, 443)] = ("127.0.0.1", server.server_port)
        yield server
