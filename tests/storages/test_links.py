"""What a link of the storage is worth: the server turns away whoever changed it or comes late."""

import time

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from tests.photos import photo_bytes
from tests.sandbox.client import Client

from .places import PLACES, PRIVATE, Place, s3

pytestmark = [pytest.mark.django_db, pytest.mark.long]


@pytest.fixture
def link_of(bucket_at, use):
    """Store a picture at a place and return the storage's link to it."""

    def store(name: str) -> str:
        use(default=bucket_at(name))
        stored = storages["default"].save("products/mug.jpg", ContentFile(photo_bytes()))
        return storages["default"].url(stored)

    return store


@pytest.fixture
def short_lived(monkeypatch):
    """A private bucket whose links live for a second."""
    place = Place(s3(PRIVATE, querystring_expire=1), link=f"https://{PRIVATE}/")
    monkeypatch.setitem(PLACES, "short-lived", place)
    return "short-lived"


def get(link: str) -> tuple[int, bytes]:
    """What somebody with the link and nothing else gets."""
    with requests.Session() as session:
        session.trust_env = False
        reply = session.get(link, timeout=10)
    return reply.status_code, reply.content


def forged(link: str) -> str:
    """The link with another letter in its signature."""
    return link[:-1] + ("0" if link[-1] != "0" else "1")


def test_a_link_opens_the_picture(link_of):
    for place in ("s3-signed", "s3-public", "s3-domain"):
        assert get(link_of(place)) == (200, photo_bytes()), place


def test_a_forged_and_an_unsigned_link_are_refused(link_of):
    link = link_of("s3-signed")
    for wrong in (forged(link), link.partition("?")[0], link.replace("mug.jpg", "jug.jpg")):
        assert get(wrong)[0] in (400, 403)
    assert get(link)[0] == 200


def test_a_link_ends_when_it_says(link_of, short_lived):
    link = link_of(short_lived)
    time.sleep(2.1)
    assert get(link)[0] in (400, 403)


@pytest.mark.parametrize("wrong", ["forged", "expired"])
def test_runflow_gets_nothing_by_a_link_that_is_not_accepted(wrong, link_of, short_lived, sandbox):
    link = link_of("s3-signed" if wrong == "forged" else short_lived)
    if wrong == "forged":
        link = forged(link)
    else:
        time.sleep(2.1)
    with Client(sandbox.url, "rf_live_for_tests") as client:
        record = client.isolate(image_url=link)
    assert (record["status_code"], record["output"]) == ("failed", None)
    assert record["failure_code"] == "SANDBOX_SOURCE_UNREACHABLE"
