"""What an array column of PostgreSQL holds stays, whatever its elements are."""

import pytest
from django.db import connection

from django_product_isolation.host import CannotAsk
from django_product_isolation.retention import prune

from .history import applied, grow_old, make_image, upload

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="has no arrays"),
]

ALL = {"results": 30, "originals": 30}
ODD = 'products/it\'s a "mug", {red} & b\\w.jpg'
HOLDERS = {
    "of pictures": lambda name: {"gallery": ["products/other.jpg", name]},
    "of short texts": lambda name: {"shown": [name, ""]},
    "of texts": lambda name: {"notes": [name]},
    "of arrays": lambda name: {"spreads": [["products/other.jpg", "x"], [name, "y"]]},
    "of addresses": lambda name: {"addresses": ["/a.jpg", f"https://cdn.shop.example/{name}?v=1"]},
    "of another storage": lambda name: {"pages": [["a.jpg"], [name.rpartition("/")[2]]]},
}


@pytest.fixture(autouse=True)
def one_storage(fake_storage, monkeypatch):
    """The pictures in arrays lie where the others do."""
    from tests.shops.lookbook.models import Look

    monkeypatch.setattr(Look._meta.get_field("gallery").base_field, "storage", fake_storage)
    monkeypatch.setattr(
        Look._meta.get_field("spreads").base_field.base_field, "storage", fake_storage
    )


def replaced(name):
    """The original of that name, which nobody shows any more."""
    image = make_image("Mug", b"busy")
    upload(image, b"before", name=name)
    run = applied(image)
    upload(image, b"newer")
    grow_old()
    return run.source_name


def look(**columns):
    from tests.shops.lookbook.models import Look

    return Look.objects.create(**columns)


@pytest.mark.parametrize("name", ["products/a mug.jpg", ODD], ids=["plain", "odd"])
@pytest.mark.parametrize("holder", HOLDERS)
def test_what_an_array_holds_stays(holder, name, fake_storage):
    original = replaced(name)
    row = look(**HOLDERS[holder](original))
    assert prune(**ALL).originals == 0
    assert original in fake_storage.files
    row.delete()
    grow_old()
    assert prune(**ALL).originals == 1
    assert original not in fake_storage.files


def test_arrays_of_other_names_keep_nothing(fake_storage):
    original = replaced("products/mug.jpg")
    look(gallery=[], sizes=[1, 2])
    look(
        gallery=["products/mug.jpg.bak"],
        shown=["mug.jpg"],
        spreads=[["a"], ["b"]],
        addresses=["https://cdn.shop.example/a-mug.jpg"],
    )
    assert prune(**ALL).originals == 1
    assert original not in fake_storage.files


def test_an_array_that_cannot_be_asked_stops_it(fake_storage, monkeypatch):
    from tests.shops.lookbook.models import Look

    def refuse(*_args):
        raise TypeError("encrypted")

    replaced("products/mug.jpg")
    Look.objects.create()
    monkeypatch.setattr(Look._meta.get_field("gallery").base_field, "get_prep_value", refuse)
    files = dict(fake_storage.files)
    with pytest.raises(CannotAsk, match="TypeError"):
        prune(**ALL)
    assert fake_storage.files == files
