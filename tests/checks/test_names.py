"""The check of how the shop names its files: warns where uploads meet, and of nothing else."""

import pytest
from django.core.checks import run_checks
from django.core.files.storage import Storage, storages
from django.utils.text import slugify

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import advance
from tests.photos import make_image
from tests.shops.catalogue.models import Product, ProductImage
from tests.shops.warehouse import storages as odd

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


class WithoutKeys(Storage):
    """As one in a build that is given no keys."""

    def __init__(self):
        raise LookupError("AWS_ACCESS_KEY_ID=canary")


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


@pytest.mark.parametrize("backend", [path_of(WithoutKeys), "no.such.Storage"])
@pytest.mark.parametrize("upload_to", [*MEETING.values(), *APART.values()])
def test_a_storage_that_cannot_be_made_is_one_finding_and_the_shop_starts(
    backend, upload_to, found
):
    assert found(upload_to, backend) == ["W037"]
    [finding] = [m for m in run_checks() if m.id == "product_isolation.W037"]
    assert "catalogue.ProductImage.original" in finding.msg
    assert "canary" not in str(finding)
    assert not finding.is_serious()


@pytest.mark.parametrize("how", APART)
def test_it_is_silent_where_names_differ(how, found):
    assert found(APART[how]) == []
    assert found(APART[how], path_of(odd.DeletingFirst)) == []


def test_it_is_silent_where_the_shops_code_wants_more_than_there_is(found):
    assert found(broken, path_of(odd.DeletingFirst)) == []


def counted(image, name):
    Product.objects.create(name=f"No. {Product.objects.count() + 1}")
    return f"products/{Product.objects.count()}.jpg"


def test_code_that_counts_in_the_database_counts_no_checks(found):
    assert found(counted, path_of(odd.DeletingFirst)) == []
    assert not Product.objects.exists()


@pytest.mark.parametrize(("upload_to", "ids"), [(counted, []), (MEETING["a constant"], ["W020"])])
def test_it_asks_no_database_and_needs_none(upload_to, ids, found, django_db_blocker):
    with django_db_blocker.block():
        assert found(upload_to, path_of(odd.DeletingFirst)) == ids


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


ROOM = {"a/": 48, "": 46, "products/%Y/": 60, "%B/": len("September/") + 46}


@pytest.mark.parametrize("upload_to", ROOM)
def test_a_column_is_called_too_short_up_to_the_very_character(upload_to, found, monkeypatch):
    monkeypatch.setattr(FIELD, "max_length", ROOM[upload_to])
    assert found(upload_to) == []
    monkeypatch.setattr(FIELD, "max_length", ROOM[upload_to] - 1)
    assert found(upload_to) == ["W022"]
    (finding,) = [m for m in run_checks() if m.id == "product_isolation.W022"]
    assert f"max_length={ROOM[upload_to]}" in finding.hint


def first_step(image):
    run = isolate(image).runs.get()
    advance(run.pk)
    run.refresh_from_db()
    return run


def test_what_is_called_too_short_is_so_indeed(found, monkeypatch, runflow):
    monkeypatch.setattr(FIELD, "max_length", 54)
    image = make_image()
    assert found("products/") == ["W022"]
    assert first_step(image).reason == Reason.NAME_TOO_LONG
    monkeypatch.setattr(FIELD, "max_length", 55)
    assert found("products/") == []
    assert first_step(image).status == Status.PROCESSING


def test_code_that_names_a_folder_is_judged_by_the_name_alone(found, monkeypatch):
    monkeypatch.setattr(FIELD, "max_length", 46)
    assert found(APART["with the name"]) == []
    monkeypatch.setattr(FIELD, "max_length", 45)
    assert found(APART["with the name"]) == ["W022"]


@pytest.mark.parametrize("storage_class", [odd.Shortening, odd.ShorteningAndDeleting])
def test_a_storage_that_cuts_names_short_is_found_with_no_look_at_its_files(
    storage_class, found, monkeypatch
):
    looked = []
    monkeypatch.setattr(odd.InMemory, "exists", lambda self, name: looked.append(name))
    monkeypatch.setattr(odd.InMemory, "delete", lambda self, name: looked.append(name))
    assert "W023" in found("products/", path_of(storage_class))
    assert looked == []


def test_a_storage_that_makes_room_for_each_file_is_found(found):
    assert "W023" in found("products/", path_of(odd.KeepingOne))
    (finding,) = [m for m in run_checks() if m.id == "product_isolation.W023"]
    assert "KeepingOne is to delete nothing, such as main.jpg" in finding.hint


@pytest.mark.parametrize(
    "storage_class",
    [
        *[odd.InMemory, odd.DeletingFirst, odd.Slugging, odd.Cutting, odd.Unlistable],
        *[odd.ShorteningALittle, odd.Inventing, odd.ByContents],
    ],
)
def test_it_is_silent_of_storages_that_tell_names_apart(storage_class, found):
    assert "W023" not in found("products/", path_of(storage_class))
