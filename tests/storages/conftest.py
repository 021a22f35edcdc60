"""Storages as shops have them, before real servers; Runflow is the sandbox, over HTTP."""

import itertools

import pytest

from tests.http_server import certificate
from tests.internet import Internet

from .places import ADDRESSES, PLACES, SERVERS_OF, Bucket
from .servers import Servers

NUMBERS = itertools.count(1)


@pytest.fixture(scope="package")
def servers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("storages")
    certificate(folder, *ADDRESSES)
    buckets = folder / "buckets"
    buckets.mkdir()
    with Servers(buckets, (folder / "cert.pem", folder / "key.pem")).running() as running:
        yield running


@pytest.fixture
def internet(monkeypatch, servers):
    """The servers have names and public addresses, for the app and for Runflow alike."""
    internet = Internet(monkeypatch, trusted=servers.certificate)
    for name, address in ADDRESSES.items():
        internet.names[name] = [[address]]
        internet.routes[(address, 443)] = ("127.0.0.1", servers.ports[SERVERS_OF[name]])
    return internet


@pytest.fixture
def bucket_at(servers, internet):
    """Make an empty bucket at one of PLACES."""

    def make(name: str) -> Bucket:
        bucket = f"bucket-{next(NUMBERS)}"
        (servers.folder / bucket).mkdir()
        place = PLACES[name]
        return Bucket(place, place.entry(servers, bucket), servers.folder / bucket)

    return make


@pytest.fixture
def use(settings):
    """Make buckets Django's storages, each under an alias."""

    def install(**buckets: Bucket) -> None:
        entries = {alias: bucket.entry for alias, bucket in buckets.items()}
        settings.STORAGES = {**settings.STORAGES, **entries}

    return install


@pytest.fixture
def source(settings):
    """Set how an image reaches Runflow."""

    def choose(how: str) -> None:
        settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "SOURCE": how}

    return choose
