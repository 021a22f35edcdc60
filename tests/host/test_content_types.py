"""Results say what they are on machines that know no types of files."""

import mimetypes

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from storages.backends.s3 import S3Storage

from django_product_isolation.host import result_filename, target_for
from tests.shops.catalogue.models import ProductImage

TYPES = {".webp": "image/webp", ".png": "image/png", ".jpg": "image/jpeg"}


@pytest.fixture
def no_table(monkeypatch):
    """Python's own table as it is in a slim container, and before 3.13."""
    bare = mimetypes.MimeTypes()
    for table in (*bare.types_map, *bare.types_map_inv):
        for key in [key for key in table if "webp" in key]:
            del table[key]
    monkeypatch.setattr(mimetypes, "_db", bare)
    assert mimetypes.guess_type("a.webp") == (None, None)


class ToldByTheFile(S3Storage):
    """Notes what it would tell the bucket. Azure's storage asks the file in the same way."""

    def __init__(self):
        super().__init__(bucket_name="shop", access_key="key", secret_key="secret")

    def _save(self, name, content):
        self.told = self._get_write_parameters(name, content)["ContentType"]
        return name


class ToldByTheName(InMemoryStorage):
    """Asks Python's table alone, as the storage for Google's buckets does."""

    def _save(self, name, content):
        self.told = mimetypes.guess_type(name)[0]
        return name


@pytest.mark.parametrize("storage_class", [ToldByTheFile, ToldByTheName])
@pytest.mark.parametrize("extension", TYPES)
def test_a_result_is_stored_as_what_it_is(extension, storage_class, no_table, monkeypatch):
    target, storage = target_for(ProductImage), storage_class()
    monkeypatch.setattr(target.field, "storage", storage)
    target.store(result_filename(extension), ContentFile(b"x"))
    assert storage.told == TYPES[extension]


def test_what_the_machine_says_of_a_type_is_left_alone(no_table, monkeypatch):
    mimetypes.add_type("image/x-own-webp", ".webp")
    target = target_for(ProductImage)
    monkeypatch.setattr(target.field, "storage", ToldByTheName())
    target.store(result_filename(".webp"), ContentFile(b"x"))
    assert mimetypes.guess_type("a.webp")[0] == "image/x-own-webp"
