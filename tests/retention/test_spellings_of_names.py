"""Pruning leaves a file alone that a row or a run writes in another way than the run at hand."""

import unicodedata

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.host import referenced
from django_product_isolation.retention import prune
from tests.shops.warehouse.models import Banner

from .history import applied, begun, grow_old, make_image, show, upload

pytestmark = pytest.mark.django_db

ALL = {"results": 30, "originals": 30}
PLAIN = "products/mug.jpg"
SPELLINGS = {
    "two slashes": "products//mug.jpg",
    "a dot before": "./products/mug.jpg",
    "a dot within": "products/./mug.jpg",
    "a way round": "products/../products/mug.jpg",
    "a slash before": "/products/mug.jpg",
    "a backslash": "products\\mug.jpg",
    "percent signs": "products%2Fmug.jpg",
    "a whole path": "/srv/shop/media/products/mug.jpg",
    "a path of Windows": "C:\\shop\\media\\products\\mug.jpg",
    "a query": "products/mug.jpg?v=3",
    "an address": "https://cdn.test/media/products/mug.jpg#large",
    "the storage's folder": "media/products/mug.jpg",
    "capitals": "Products/Mug.JPG",
    "a dot behind": "products/mug.jpg.",
    "a blank behind": "products/mug.jpg ",
}


@pytest.fixture
def storage(fake_storage):
    fake_storage.location = "/srv/shop/media"
    return fake_storage


def replaced(image, name):
    """An original that was isolated long ago, and that its image does not show any more."""
    put(image, name)
    run = applied(image)
    upload(image, b"newer")
    return run


def put(image, name):
    """Have an image show a file as an old import wrote it, whatever Django thinks of the name."""
    image._meta.get_field("original").storage.files[name] = b"busy"
    show(image, name)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_file_stays_that_a_row_writes_in_another_way(spelling, image, storage):
    run = replaced(image, PLAIN)
    show(make_image("Copy", b"x"), SPELLINGS[spelling])
    grow_old()
    assert prune(**ALL, dry_run=True).originals == 0
    assert prune(**ALL).originals == 0
    assert run.source_name in storage.files


@pytest.mark.sampled(3)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_file_stays_of_which_the_run_has_another_name_than_a_row(spelling, image, storage):
    run = replaced(image, SPELLINGS[spelling])
    show(make_image("Copy", b"x"), PLAIN)
    grow_old()
    assert prune(**ALL).originals == 0
    assert run.source_name in storage.files


def test_each_way_to_write_a_name_is_found_both_ways(image, storage):
    for spelling, name in SPELLINGS.items():
        for written, asked in ((name, PLAIN), (PLAIN, name)):
            show(image, written)
            assert referenced({asked, "products/cup.jpg"}, [storage]) == {asked}, spelling


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_may_be_written_in_either_way(form, image, storage):
    show(image, unicodedata.normalize(form, "products/tasse-\u00e9.jpg"))
    names = {unicodedata.normalize(one, "products/tasse-\u00e9.jpg") for one in ("NFC", "NFD")}
    assert referenced(names, [storage]) == names


def test_a_text_called_like_a_file_field_may_write_it_oddly(image, storage):
    run = replaced(image, PLAIN)
    Banner.objects.create(photo_path="/srv/media//products//mug.jpg")
    grow_old()
    assert prune(**ALL).originals == 0
    assert run.source_name in storage.files


def test_plain_names_of_other_folders_keep_nothing(image, storage):
    run = replaced(image, PLAIN)
    for number, name in enumerate(("products/a/mug.jpg", "mug.jpg", "other/mug.jpg")):
        show(make_image(f"Copy {number}", b"x"), name)
    grow_old()
    assert prune(**ALL).originals == 1
    assert run.source_name not in storage.files


def test_an_open_run_that_writes_the_name_otherwise_needs_the_file(image, storage):
    run = replaced(image, PLAIN)
    other = make_image("Copy", b"x")
    put(other, "products//mug.jpg")
    begun(other, Status.READY)
    upload(other, b"newer")
    grow_old()
    assert prune(**ALL).originals == 0
    assert run.source_name in storage.files


def test_a_result_that_is_shown_keeps_its_original_however_another_run_writes_it(image, storage):
    run = replaced(image, PLAIN)
    other = make_image("Copy", b"x")
    put(other, "./products/mug.jpg")
    applied(other)
    grow_old()
    assert prune(**ALL).originals == 0
    assert run.source_name in storage.files


def test_an_image_that_comes_back_at_the_last_moment_may_write_it_otherwise(image, storage):
    run = replaced(image, PLAIN)
    grow_old()
    opened = []

    def come_back(operation, name):
        if operation == "open" and name == PLAIN and not opened:
            opened.append(name)
            show(image, "products//mug.jpg")

    storage.before = come_back
    assert prune(**ALL).originals == 0
    assert opened
    assert run.source_name in storage.files
