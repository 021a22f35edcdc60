"""Pruning leaves a file alone that the shop writes down as a path, an address or otherwise."""

from urllib.parse import quote

import pytest
from django.core.files.storage import FileSystemStorage

from django_product_isolation.host.documents import document_columns
from django_product_isolation.host.file_references import (
    is_same,
    name_columns,
    place_columns,
    referenced,
)
from django_product_isolation.retention import prune
from tests.shops.warehouse.models import PrintedCatalogue
from tests.shops.warehouse.storages import InMemory

from .history import applied, grow_old, upload

pytestmark = pytest.mark.django_db

ALL = {"results": 30, "originals": 30}


def replaced(image, name: str) -> str:
    """An original that was isolated long ago, and that its image does not show any more."""
    name = upload(image, b"busy", name=name)
    applied(image)
    upload(image, b"newer")
    grow_old()
    return name


ELSEWHERE = {
    "a path": lambda name: PrintedCatalogue(path=f"/srv/shop/media/{name}"),
    "a Windows path": lambda name: PrintedCatalogue(path="C:\\media\\" + name.split("/")[1]),
    "an address": lambda name: PrintedCatalogue(address=f"https://cdn.test/m/{quote(name)}"),
    "an address that goes on": lambda name: PrintedCatalogue(
        address=f"https://cdn.test/{quote(name, safe='')}?width=300#top"
    ),
    "a file field of another storage": lambda name: PrintedCatalogue(page=name.split("/")[1]),
    "capitals": lambda name: PrintedCatalogue(
        path="/M/" + name.split("/")[1].replace("jpg", "JPG")
    ),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("holder", ELSEWHERE)
@pytest.mark.parametrize("name", ["mug.jpg", "100%_mug (1).jpg", "tasse-é.jpg"])
def test_a_file_stays_that_the_shop_writes_down_in_another_way(holder, name, image, fake_storage):
    name = replaced(image, f"products/{name}")
    PrintedCatalogue.objects.bulk_create([ELSEWHERE[holder](name)])
    assert prune(**ALL, dry_run=True).originals == 0
    assert prune(**ALL).originals == 0
    assert name in fake_storage.files


def test_a_file_that_is_only_called_a_bit_like_it_keeps_nothing(image, fake_storage):
    past = replaced(image, "products/mug.jpg")
    other = "another-" + past.split("/")[1]
    PrintedCatalogue.objects.create(
        path=f"/media/{other}", address=f"https://cdn.test/{other}", page=other
    )
    assert prune(**ALL).originals == 1
    assert past not in fake_storage.files


def test_the_same_storage_is_asked_for_whole_names_alone(image, fake_storage, monkeypatch):
    past = replaced(image, "products/mug.jpg")
    monkeypatch.setattr(PrintedCatalogue._meta.get_field("page"), "storage", fake_storage)
    PrintedCatalogue.objects.create(page=past.split("/")[1])
    assert prune(**ALL).originals == 1


def test_two_storages_of_one_place_are_the_same():
    one, other = FileSystemStorage(location="a"), FileSystemStorage(location="a")
    assert is_same(one, other)
    assert not is_same(one, FileSystemStorage(location="b"))
    assert not is_same(one, InMemory())


@pytest.mark.long
def test_many_names_are_asked_for_in_chunks(django_assert_max_num_queries):
    names = {f"products/é {number}.jpg" for number in range(201)}
    storage = InMemory()
    columns = 6 * len([*name_columns()]) + 3 * len([*place_columns([storage])])
    columns += 3 * len([*document_columns()])
    with django_assert_max_num_queries(3 * columns):  # each with a savepoint of its own
        assert referenced(names, [storage]) == set()
    PrintedCatalogue.objects.create(page="é 200.jpg")
    assert referenced(names, [storage]) == {"products/é 200.jpg"}
