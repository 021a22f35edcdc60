from io import BytesIO, UnsupportedOperation

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile, File
from django.core.files.storage import InMemoryStorage, Storage
from django.db import models

from django_product_isolation.host import (
    FileMissing,
    FileTooLarge,
    NameTaken,
    NameTooLong,
    StorageFailed,
    result_filename,
    storage,
    target_for,
)
from django_product_isolation.host.registry import refuse_other_keys
from tests.photos import make_image, make_swatch, photo_bytes, shown_bytes
from tests.shops.catalogue.models import Product, ProductImage, Swatch

pytestmark = pytest.mark.django_db


@pytest.fixture
def target():
    return target_for(ProductImage)


class StreamOnly(File):
    """A file as object stores give it: no path, no seek."""

    def seekable(self):
        return False

    def seek(self, *args):
        raise UnsupportedOperation("seek")


class StreamingStorage(Storage):
    """Has no path and no seek."""

    def __init__(self):
        self.files = {}

    def _open(self, name, mode="rb"):
        return StreamOnly(BytesIO(self.files[name]))

    def _save(self, name, content):
        self.files[name] = content.read()
        return name

    def exists(self, name):
        return name in self.files


class BrokenStorage(InMemoryStorage):
    def _open(self, name, mode="rb"):
        raise PermissionError("403")

    def _save(self, name, content):
        raise RuntimeError("bucket gone")

    def url(self, name):
        raise AttributeError("no key to sign with")


@pytest.fixture
def stored_in(monkeypatch, target):
    def use(storage):
        monkeypatch.setattr(target.field, "storage", storage)
        return storage

    return use


def test_pictures_are_named_by_their_product_in_two_queries(target, django_assert_num_queries):
    images = [make_image(f"Product {number}") for number in range(5)]
    with django_assert_num_queries(2):
        pictures = target.pictures(ProductImage.objects.order_by("pk"))
    assert [(p.pk, p.name, p.label) for p in pictures] == [
        (str(image.pk), image.original.name, image.product.name) for image in images
    ]


def test_a_model_that_is_its_own_product_is_named_by_itself():
    swatch = make_swatch("Raw linen")
    [picture] = target_for(Swatch).pictures(Swatch.objects.all())
    assert (picture.pk, picture.label) == (str(swatch.pk), "Raw linen")


def test_a_plain_column_can_name_the_product(settings):
    settings.PRODUCT_ISOLATION = {
        "IMAGES": {"catalogue.ProductImage": {"field": "original", "product": "caption"}}
    }
    image = make_image()
    target = target_for(ProductImage)
    assert [p.label for p in target.pictures(ProductImage.objects.all())] == ["as taken"]
    ProductImage.objects.update(caption="")
    [picture] = target.pictures(ProductImage.objects.all())
    assert picture.label == f"product image {image.pk}"


def test_a_swap_changes_exactly_the_image_and_its_dimensions(target):
    image = make_image()
    before = ProductImage.objects.filter(pk=image.pk).values().get()
    assert target.swap(str(image.pk), old=image.original.name, new="products/new.webp", size=(7, 5))
    after = ProductImage.objects.defer("original").filter(pk=image.pk).values().get()
    assert after == before | {"original": "products/new.webp", "width": 7, "height": 5}


def test_a_swap_leaves_a_newer_upload_alone(target):
    image = make_image()
    ProductImage.objects.filter(pk=image.pk).update(original="products/newer.jpg")
    old = image.original.name
    assert not target.swap(str(image.pk), old=old, new="products/new.webp", size=(7, 5))
    assert target.current_name(str(image.pk)) == "products/newer.jpg"


def test_a_swap_of_a_deleted_row_does_nothing(target):
    image = make_image()
    pk, name = str(image.pk), image.original.name
    image.delete()
    assert not target.swap(pk, old=name, new="products/new.webp", size=(1, 1))
    assert target.current_name(pk) is None
    assert target.instance(pk) is None


def test_reading_a_row_whose_file_is_gone_opens_nothing(target):
    image = make_image()
    image.original.storage.delete(image.original.name)
    ProductImage.objects.filter(pk=image.pk).update(width=None, height=None)
    assert target.instance(str(image.pk)).pk == image.pk
    assert target.pictures(ProductImage.objects.all())[0].label == "Enamel mug"


def test_a_copy_can_be_read_and_sought_whatever_the_storage(target, stored_in):
    storage = stored_in(StreamingStorage())
    storage.save("busy.jpg", ContentFile(photo_bytes()))
    with target.copy("busy.jpg") as file:
        assert file.read() == photo_bytes()
        file.seek(0)
        assert file.read(2) == b"\xff\xd8"


def test_a_missing_file_is_told_from_a_broken_storage(target, stored_in):
    stored_in(InMemoryStorage())
    with pytest.raises(FileMissing), target.copy("nowhere.jpg"):
        pass
    stored_in(BrokenStorage())
    with pytest.raises(StorageFailed, match="PermissionError"), target.copy("any.jpg"):
        pass
    with pytest.raises(StorageFailed, match="RuntimeError"):
        target.store(result_filename(".jpg"), File(BytesIO(b"x")))
    assert target.url("any.jpg") == ""


def test_what_goes_wrong_while_a_copy_is_used_is_not_the_storages_fault(target, stored_in):
    stored_in(InMemoryStorage()).save("busy.jpg", ContentFile(b"x"))
    with pytest.raises(ZeroDivisionError), target.copy("busy.jpg"):
        _ = 1 / 0


def test_a_file_over_the_limit_is_not_read_to_its_end(target, stored_in, monkeypatch):
    stored_in(InMemoryStorage()).save("busy.jpg", ContentFile(bytes(200_000)))
    monkeypatch.setattr(storage, "MAX_FILE_BYTES", 100_000)
    with pytest.raises(FileTooLarge), target.copy("busy.jpg"):
        pass


def test_results_go_where_upload_to_puts_them(target):
    image = make_image()
    name = result_filename(".webp")
    assert target.path_for(str(image.pk), name) == f"products/{name}"


def test_a_name_that_the_column_cannot_hold_is_refused(target, monkeypatch):
    image = make_image()
    name = result_filename(".webp")
    monkeypatch.setattr(target.field, "max_length", len(f"products/{name}"))
    assert target.path_for(str(image.pk), name)
    monkeypatch.setattr(target.field, "max_length", len(f"products/{name}") - 1)
    with pytest.raises(NameTooLong):
        target.path_for(str(image.pk), name)


def test_nothing_is_stored_under_a_name_that_is_not_of_our_making(target):
    image = make_image()
    with pytest.raises(NameTaken):
        target.store(image.original.name, ContentFile(b"one"))
    assert shown_bytes(image) == photo_bytes()


def test_a_result_never_takes_an_existing_name(target):
    name = f"products/{result_filename('.webp')}"
    first = target.store(name, ContentFile(b"one"))
    second = target.store(name, ContentFile(b"two"))
    assert first != second
    with target.copy(first) as file:
        assert file.read() == b"one"


@pytest.mark.parametrize(
    ("images", "says"),
    [
        ({"catalogue.Nothing": {"field": "original"}}, "no such model"),
        ({"nonsense": {"field": "original"}}, "no such model"),
        ({"catalogue.ProductImage": {"field": "photo"}}, "photo"),
        ({"catalogue.ProductImage": {"field": "caption"}}, "no ImageField or FileField"),
        ({"catalogue.ProductImage": {"field": "original", "product": "thing"}}, "thing"),
        ({"catalogue.ProductImage": {"field": "original", "produkt": "p"}}, "produkt"),
        ({"catalogue.ProductImage": {}}, "field"),
        ({"catalogue.ProductImage": "original"}, "dictionary"),
    ],
)
def test_an_entry_that_fits_no_model_is_refused_in_words(settings, images, says):
    settings.PRODUCT_ISOLATION = {"IMAGES": images}
    with pytest.raises(ImproperlyConfigured, match=says):
        target_for(ProductImage)


def test_a_model_that_is_not_named_has_no_target():
    with pytest.raises(ImproperlyConfigured, match=r"catalogue\.Product is not named"):
        target_for(Product)


def categorised(settings, path):
    entry = {"field": "original", "product": "product", "category": path}
    settings.PRODUCT_ISOLATION = {"IMAGES": {"catalogue.ProductImage": entry}}
    return target_for(ProductImage)


def test_images_tell_which_category_they_share(settings):
    cups = [make_image("Cup"), make_image("Cup")]
    pot = make_image("Pot")
    target = categorised(settings, "product__name")
    assert target.categories([str(image.pk) for image in cups]) == {"Cup"}
    assert target.categories([str(image.pk) for image in (*cups, pot)]) == set()
    assert target.categories([]) == set()


def test_of_several_categories_those_that_all_share_count(settings):
    one, other = make_image("Cup"), make_image("Cup")
    sibling = ProductImage.objects.create(product=one.product, caption="front")
    ProductImage.objects.filter(pk=other.pk).update(caption="front")
    target = categorised(settings, "product__images__caption")
    assert target.categories([str(one.pk), str(sibling.pk)]) == {"as taken", "front"}
    assert target.categories([str(one.pk), str(other.pk)]) == {"front"}


def test_without_a_path_there_are_no_categories():
    assert target_for(ProductImage).categories([str(make_image().pk)]) == set()


@pytest.mark.parametrize("path", ["nothing", "product__nothing", "product__name__nothing"])
def test_a_category_that_leads_nowhere_is_said(settings, path):
    with pytest.raises(ImproperlyConfigured, match='"category" leads nowhere'):
        categorised(settings, path)


@pytest.mark.parametrize("kind", [models.DurationField, models.BinaryField])
def test_keys_by_which_no_row_is_found_as_text_are_refused(kind, settings, monkeypatch):
    monkeypatch.setattr(ProductImage._meta.pk, "__class__", kind)
    with pytest.raises(ImproperlyConfigured, match=f"primary key of a {kind.__name__}"):
        refuse_other_keys("IMAGES", ProductImage, ProductImage._meta.get_field("original"))
