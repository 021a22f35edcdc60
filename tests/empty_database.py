"""An empty database on a server, for a shop of its own; dropped afterwards."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.services import needs


@contextmanager
def empty_database(server: str, name: str) -> Iterator[str]:
    """Make the database ``name`` on "postgresql" or "mariadb" and give its URL."""
    url = needs(server).rstrip("/")
    connect, force = SERVERS[server]
    with closing(connect(url)) as connection:
        run = connection.cursor().execute
        run(f"CREATE DATABASE {name}")
        try:
            yield f"{url}/{name}"
        finally:
            run(f"DROP DATABASE {name} {force}")


def postgresql(url: str) -> Any:
    address = f"{url}/postgres".replace("postgres:", "postgresql:", 1)
    return pytest.importorskip("psycopg").connect(address, autocommit=True)


def mariadb(url: str) -> Any:
    at = urlsplit(url)
    place = {"host": at.hostname, "port": at.port or 3306}
    login = {"user": at.username, "password": at.password or ""}
    return pytest.importorskip("pymysql").connect(**place, **login)


# PostgreSQL drops nothing that a worker which was stopped hard is still connected to.
SERVERS = {"postgresql": (postgresql, "WITH (FORCE)"), "mariadb": (mariadb, "")}
