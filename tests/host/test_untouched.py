"""Code of the shop's that is asked about a result must not touch its files."""

import threading

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage

from django_product_isolation.host import untouched


@pytest.fixture
def storage():
    storage = InMemoryStorage()
    storage.save("old.jpg", ContentFile(b"old"))
    return storage


def test_while_it_is_asked_nothing_is_deleted_or_written(storage):
    with untouched(storage), untouched(storage):
        storage.delete("old.jpg")
        assert storage.save("new.jpg", ContentFile(b"new")) == "new.jpg"
    assert storage.exists("old.jpg")
    assert not storage.exists("new.jpg")


def test_afterwards_the_storage_is_what_it_was(storage):
    before = dict(vars(storage))
    with pytest.raises(RuntimeError), untouched(storage):
        raise RuntimeError
    assert vars(storage) == before
    storage.delete("old.jpg")
    assert not storage.exists("old.jpg")


def test_other_threads_go_on_working(storage):
    with untouched(storage):
        thread = threading.Thread(target=storage.delete, args=["old.jpg"])
        thread.start()
        thread.join()
    assert not storage.exists("old.jpg")


def test_a_storage_that_is_looked_up_late_is_guarded_too(media_root):
    default_storage.save("old.jpg", ContentFile(b"old"))
    with untouched(default_storage):
        default_storage.delete("old.jpg")
    assert default_storage.exists("old.jpg")
    default_storage.delete("old.jpg")
    assert not default_storage.exists("old.jpg")
