"""Code of the shop's that is asked about a result must not touch its files."""

import threading
from contextlib import suppress

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import (
    FileSystemStorage,
    InMemoryStorage,
    Storage,
    default_storage,
    storages,
)
from django.db import DatabaseError, connections

from django_product_isolation.host import untouched
from django_product_isolation.host.dry_run import without_database


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


def test_one_storage_under_two_names_is_guarded_until_the_last_has_asked(media_root):
    default_storage.save("old.jpg", ContentFile(b"old"))
    second_asks, first_is_done = threading.Event(), threading.Event()

    def first():
        with untouched(default_storage):
            assert second_asks.wait(10)
        first_is_done.set()

    def second():
        with untouched(storages["default"]):
            second_asks.set()
            assert first_is_done.wait(10)
            storages["default"].delete("old.jpg")
            ended.append("second")

    ended = []
    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ended == ["second"]
    assert default_storage.exists("old.jpg")


@pytest.mark.parametrize("another", [FileSystemStorage, lambda: default_storage])
def test_another_storage_of_the_same_folder_is_guarded_too(media_root, another):
    default_storage.save("old.jpg", ContentFile(b"old"))
    with untouched(FileSystemStorage()):
        another().delete("old.jpg")
        with another().open("old.jpg", "wb") as file:
            file.write(b"new")
        with another().open("old.jpg") as file:
            assert file.read() == b"old"
    assert default_storage.exists("old.jpg")


class HomeMade(Storage):
    def delete(self, name):
        raise AssertionError("Nobody asked for that.")


def test_afterwards_every_class_is_what_it_was(storage):
    kinds = (Storage, FileSystemStorage, InMemoryStorage, HomeMade)
    before = [dict(vars(kind)) for kind in kinds]
    with untouched(storage):
        HomeMade().delete("old.jpg")
    assert [dict(vars(kind)) for kind in kinds] == before


class Duck:
    """No child of Django's own class, which Django does not ask for."""

    deleted = False

    def delete(self, name):
        self.deleted = True


def test_a_storage_that_only_behaves_like_one_is_guarded_too():
    duck = Duck()
    with untouched(duck):
        duck.delete("old.jpg")
    assert not duck.deleted


@pytest.mark.django_db
def test_a_connection_that_is_first_opened_without_the_database_is_not_kept(monkeypatch, tmp_path):
    connection = connections.create_connection("default")
    if connection.vendor == "sqlite":
        connection.settings_dict = {**connection.settings_dict, "NAME": tmp_path / "shop.sqlite3"}
    monkeypatch.setattr(type(connections), "all", lambda _self: [connection])
    with suppress(DatabaseError), without_database(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert connection.connection is None
