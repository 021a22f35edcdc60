"""No original goes to make room for a result, whatever the shop's storage does about a new file."""

import threading

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import resume
from tests.photos import make_swatch
from tests.shops.warehouse import storages as odd

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings, runflow):
    """Put pictures into a storage of that class, and give it."""

    def build(storage_class):
        backend = f"{storage_class.__module__}.{storage_class.__name__}"
        settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend}}
        return storages["default"]

    return build


class Clearing(odd.Overwriting):
    """Keeps the newest file of each folder."""

    def clear(self, name):
        folder = name.rpartition("/")[0]
        for old in [one for one in self.contents if one.rpartition("/")[0] == folder]:
            self.delete(old)


class ClearingToName(Clearing):
    def get_available_name(self, name, max_length=None):
        self.clear(name)
        return name


class ClearingByAnotherObject(Clearing):
    def get_available_name(self, name, max_length=None):
        for old in list(self.contents):
            default_storage.delete(old)
        return name


class ClearingAndLosing(ClearingToName):
    """Fails after all."""

    def get_available_name(self, name, max_length=None):
        super().get_available_name(name)
        raise OSError


NAMING = [ClearingToName, ClearingByAnotherObject, ClearingAndLosing]


@pytest.mark.parametrize("storage_class", NAMING)
def test_one_that_deletes_while_it_names_is_refused_before_it_costs_anything(
    storage_class, shop, runflow, go_on
):
    storage = shop(odd.Overwriting)
    image = make_swatch()
    storage.__class__ = storage_class
    before = dict(storage.contents)
    run = go_on(isolate(image).runs.get())
    assert (run.status, run.reason) == (Status.FAILED, Reason.MAKES_ROOM)
    assert (runflow.runs_of(run), storage.contents) == ([], before)
    assert image.picture.name in run.events.get(reason=Reason.MAKES_ROOM).detail


def test_one_that_does_so_since_it_was_paid_for_asks_a_person(shop, runflow, go_on):
    storage = shop(odd.Overwriting)
    image = make_swatch()
    before = dict(storage.contents)
    run = go_on(isolate(image).runs.get(), Status.COLLECTING)
    storage.__class__ = ClearingToName
    run = go_on(run)
    assert (run.status, run.reason, run.result_name) == (Status.HELD, Reason.MAKES_ROOM, "")
    assert storage.contents == before
    storage.__class__ = odd.Overwriting
    assert resume(run)
    assert go_on(run).status == Status.APPLIED
    assert len(runflow.runs_of(run)) == 1


class ClearingBeforeSaving(Clearing):
    def save(self, name, content, max_length=None):
        self.clear(name)
        return super().save(name, content, max_length=max_length)


class ClearingAfterSaving(Clearing):
    def _save(self, name, content):
        saved = super()._save(name, content)
        for old in set(self.contents) - {saved}:
            default_storage.delete(old)
        return saved


class ByATemporaryFile(odd.Overwriting):
    def _save(self, name, content):
        part = super()._save(f"{name}.part", content)
        self.contents[name] = self.contents[part]
        self.delete(part)
        return name


class ByANamelessFile(odd.Overwriting):
    def _save(self, name, content):
        part = super()._save("tmp/1", content)
        self.contents[name] = self.contents[part]
        self.delete(part)
        return name


class ReplacingItself(odd.Overwriting):
    """The way that is handed on in forums to have uploads overwrite."""

    def get_available_name(self, name, max_length=None):
        self.delete(name)
        return name


SAVING = {
    ClearingBeforeSaving: set(),
    ClearingAfterSaving: set(),
    ByATemporaryFile: set(),
    ByANamelessFile: {"tmp/1"},
    ReplacingItself: set(),
}


@pytest.mark.parametrize("storage_class", SAVING)
def test_what_it_deletes_while_it_saves_is_our_own_at_most(storage_class, shop, go_on):
    storage = shop(odd.Overwriting)
    image = make_swatch()
    before = dict(storage.contents)
    storage.__class__ = storage_class
    run = go_on(isolate(image).runs.get())
    assert run.status == Status.APPLIED, run.reason
    assert storage.contents.keys() - before == {run.result_name} | SAVING[storage_class]
    assert before.items() <= storage.contents.items()
    [begun] = restore(image).begun
    assert go_on(begun).status == Status.RESTORED


class UntilItIsFree(odd.Overwriting):
    """Saves every file as main.jpg, once there is none."""

    def _save(self, name, content):
        while self.exists("swatches/main.jpg"):
            self.delete("swatches/main.jpg")
        return super()._save("swatches/main.jpg", content)


def test_one_that_tries_until_a_name_is_free_ends_and_asks_a_person(shop, go_on):
    storage = shop(odd.Overwriting)
    storage.contents["swatches/main.jpg"] = b"a picture of the shop's"
    image = make_swatch()
    before = dict(storage.contents)
    storage.__class__ = UntilItIsFree
    run = go_on(isolate(image).runs.get())
    assert (run.status, run.reason) == (Status.HELD, Reason.NAME_REFUSED)
    assert storage.contents == before


def test_what_other_threads_delete_meanwhile_goes(shop, go_on, monkeypatch):
    storage = shop(odd.Overwriting)
    storage.save("old.jpg", ContentFile(b"old"))
    save = odd.InMemory._save

    def saving(self, name, content):
        thread = threading.Thread(target=storage.delete, args=["old.jpg"])
        thread.start()
        thread.join()
        return save(self, name, content)

    image = make_swatch()
    monkeypatch.setattr(odd.InMemory, "_save", saving)
    assert go_on(isolate(image).runs.get()).status == Status.APPLIED
    assert "old.jpg" not in storage.contents
