import pytest

from django_product_isolation.sandbox import Sandbox
from tests.sandbox.client import Client


@pytest.fixture
def start(tmp_path):
    """Start sandboxes, by default quick ones; they stop with the test."""
    started = []

    def start_one(**options) -> Sandbox:
        defaults = {"data": tmp_path / "data", "speed": "instant", "engine": "light"}
        sandbox = Sandbox(**{**defaults, **options}).start()
        started.append(sandbox)
        return sandbox

    yield start_one
    for sandbox in started:
        sandbox.stop()


@pytest.fixture
def sandbox(start):
    return start()


@pytest.fixture
def api(sandbox):
    """A client with a key of its own."""
    with Client(sandbox.url) as client:
        yield client


@pytest.fixture
def client_of():
    """Make further clients, for other keys and other sandboxes."""
    made = []

    def make(sandbox, key="rf_live_other") -> Client:
        made.append(Client(sandbox.url, key))
        return made[-1]

    yield make
    for client in made:
        client.close()
