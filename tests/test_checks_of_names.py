"""The check of how the shop names its files: warns where uploads meet, and of nothing else."""

import pytest
from django.core.checks import run_checks
from django.core.files.storage import storages
from django.utils.text import slugify

from tests.catalogue.models import ProductImage
from tests.warehouse import storages as odd

pytestmark = pytest.mark.django_db

FIELD = ProductImage._meta.get_field("original")
FILES = "django.core.files.storage.FileSystemStorage"


def path_of(storage_class):
    return f"{storage_class.__module__}.{storage_class.__name__}"


MEETING = {
    "by the row": lambda image, name: f"products/{image.pk}.jpg",
    "by the product": lambda image, name: f"products/{image.product.name}.jpg",
    "by the product and the ending": lambda image, name: (
        f"{slugify(image.product)}.{name.rpartition('.')[2]}"
    ),
    "a constant": lambda image, name: "photo.jpg",
}
APART = {
    "with the name": lambda image, name: f"products/{image.pk}/{name}",
    "with the name slugged": lambda image, name: slugify(name),
    "a folder": "products/",
    "a dated folder": "products/%Y/",
}


def broken(image, name):
    raise LookupError("there is no tenant here")


@pytest.fixture
def found(settings, monkeypatch):
    """The ids of what is found of a shop with that ``upload_to`` on that storage."""

    def look(upload_to, backend=FILES, **options):
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": backend, "OPTIONS": options},
        }
        images = {"catalogue.ProductImage": {"field": "original", "product": "product"}}
        settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
        monkeypatch.setattr(FIELD, "upload_to", upload_to)
        ours = [m for m in run_checks() if m.id.startswith("product_isolation.")]
        assert all(m.hint for m in ours)
        return [m.id.rpartition(".")[2] for m in ours]

    return look


@pytest.mark.parametrize("how", MEETING)
def test_it_warns_where_uploads_meet_on_a_storage_that_may_not_keep_both(how, found):
    assert found(MEETING[how], FILES, allow_overwrite=True) == ["W005", "W020"]
    assert found(MEETING[how], path_of(odd.DeletingFirst)) == ["W020"]


@pytest.mark.parametrize("how", MEETING)
def test_it_is_silent_where_the_storage_keeps_both(how, found):
    assert found(MEETING[how]) == []
    assert found(MEETING[how], "django.core.files.storage.InMemoryStorage") == []


@pytest.mark.parametrize("how", APART)
def test_it_is_silent_where_names_differ(how, found):
    assert found(APART[how]) == []
    assert found(APART[how], path_of(odd.DeletingFirst)) == []


def test_it_is_silent_where_the_shops_code_wants_more_than_there_is(found):
    assert found(broken, path_of(odd.DeletingFirst)) == []


def test_code_that_deletes_is_found_without_being_run(found):
    called = []

    def make_room(image, name):
        called.append(name)
        storages["default"].delete("products/mug.jpg")
        return "products/mug.jpg"

    assert found(make_room, path_of(odd.DeletingFirst)) == ["W020"]
    assert called == []


def test_no_real_row_or_file_is_touched(found, django_assert_num_queries):
    with django_assert_num_queries(0):
        found(MEETING["by the product"], path_of(odd.DeletingFirst))
    assert storages["default"].contents == {}
