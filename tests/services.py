"""Servers beside the tests: where they are, and what it means that one is missing."""

import os
import socket
from urllib.parse import urlsplit

import pytest

# Beside one another, workers of pytest-xdist would take one another's tasks out of a shared queue.
REDIS_DATABASE = 9 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 7
REDIS = os.environ.get("TEST_REDIS_URL", f"redis://127.0.0.1:6379/{REDIS_DATABASE}")
RABBITMQ = os.environ.get("TEST_AMQP_URL", "amqp://guest:guest@127.0.0.1:5672//")
BROKERS = {"redis": REDIS, "rabbitmq": RABBITMQ}
# Tests make a database of their own there, and drop it.
DATABASES = {
    "postgresql": os.environ.get("TEST_POSTGRESQL_URL", "postgres://root@127.0.0.1:5432/"),
    "mariadb": os.environ.get("TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/"),
}
SERVERS = {**BROKERS, **DATABASES}
PORTS = {"redis": 6379, "amqp": 5672, "postgres": 5432, "mysql": 3306}


def is_there(url: str) -> bool:
    """Whether something listens at the host and port of ``url``."""
    parts = urlsplit(url)
    try:
        place = (parts.hostname, parts.port or PORTS[parts.scheme])
        socket.create_connection(place, timeout=1).close()
    except OSError:
        return False
    return True


def needs(name: str) -> str:
    """Return the URL of a server, such as "redis"; without it skip, or fail where CI is."""
    url = SERVERS[name]
    if not is_there(url):
        place = urlsplit(url).netloc.rpartition("@")[2]
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have {name}, but nothing answers at {place}.")
        pytest.skip(f"{name} is not running at {place}.")
    return url
