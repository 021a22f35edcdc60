"""Where results are put, whatever ``upload_to`` and the storage make of names."""

import itertools
import posixpath
import random

import pytest
from django.core.files.storage import default_storage, storages

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import prune
from django_product_isolation.workflow import approve, resume
from tests.photos import make_swatch, photo_bytes, photo_file
from tests.retention.history import grow_old
from tests.shops.catalogue.models import Swatch
from tests.shops.warehouse import storages as odd
from tests.shops.warehouse.models import SkuPhoto

pytestmark = pytest.mark.django_db

FIELD = Swatch._meta.get_field("picture")
NUMBERS = itertools.count()


def deleting(instance, filename):
    """The way that is handed on in forums to have uploads overwrite."""
    path = "swatches/mug.jpg"
    if default_storage.exists(path):
        default_storage.delete(path)
    return path


UPLOAD_TO = {
    "a constant": lambda instance, filename: "swatches/mug.jpg",
    "a constant without a folder": lambda instance, filename: "mug.jpg",
    "by the row": lambda instance, filename: f"swatches/{instance.name.lower()}.jpg",
    "the ending alone": lambda instance, filename: f"swatches/mug.{filename.rpartition('.')[2]}",
    "in capitals": lambda instance, filename: f"SWATCHES/{filename}".upper(),
    "cut": lambda instance, filename: f"swatches/{filename[:4]}",
    "slugged": lambda instance, filename: "swatches/" + "".join(filter(str.isalnum, filename)),
    "a folder of that name": lambda instance, filename: f"swatches/{filename}/mug.jpg",
    "at random": lambda instance, filename: f"{random.randint(1, 3)}/mug.jpg",
    "by a clock": lambda instance, filename: f"swatches/{next(NUMBERS)}.jpg",
    "deleting": deleting,
    "a folder": "swatches/",
    "a dated folder": "swatches/%Y/%m/",
    "nothing": "",
}


@pytest.fixture
def shop(settings, monkeypatch, runflow):
    """Put pictures into a storage of that class, named by that ``upload_to``; gives the storage."""

    def build(storage_class, upload_to="a folder"):
        backend = f"{storage_class.__module__}.{storage_class.__name__}"
        settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend}}
        monkeypatch.setattr(FIELD, "upload_to", UPLOAD_TO[upload_to])
        return storages["default"]

    return build


def shown(image):
    return type(image).objects.values_list("picture", flat=True).get(pk=image.pk)


def goes_through(image, storage, go_on):
    """Isolated, reviewed and restored; the original is where and what it was, all the time."""
    original, before = shown(image), dict(storage.contents)
    run = go_on(isolate(image, review=True).runs.get())
    assert run.status == Status.READY, run.reason
    assert shown(image) == original
    assert before.items() <= storage.contents.items()
    assert approve(run)
    run = go_on(run)
    assert (run.status, shown(image)) == (Status.APPLIED, run.result_name), run.reason
    assert before.items() <= storage.contents.items()
    [begun] = restore(image).begun
    assert go_on(begun).status == Status.RESTORED
    kept = storage.contents[storage.key(original)]
    assert (shown(image), kept) == (original, photo_bytes())
    return run


@pytest.mark.sampled(5)
@pytest.mark.parametrize("upload_to", UPLOAD_TO)
def test_no_upload_to_leads_a_result_over_an_original(upload_to, shop, go_on):
    storage = shop(odd.Overwriting, upload_to)
    image = make_swatch("Mug")
    run = goes_through(image, storage, go_on)
    assert posixpath.dirname(run.result_name) == posixpath.dirname(run.source_name)
    assert run.result_name.endswith(".webp")


@pytest.mark.sampled(5)
@pytest.mark.parametrize("upload_to", ["a constant", "slugged", "a dated folder"])
@pytest.mark.parametrize(
    "storage_class",
    [
        *[odd.InMemory, odd.DeletingFirst, odd.Suffixing, odd.Slugging, odd.Cutting],
        *[odd.Unlistable, odd.ShorteningALittle, odd.Inventing, odd.ByContents],
    ],
)
def test_no_storage_puts_a_result_over_an_original(storage_class, upload_to, shop, go_on):
    storage = shop(storage_class, upload_to)
    goes_through(make_swatch("Mug"), storage, go_on)


def test_of_one_image_for_each_sku_every_result_is_a_file_of_its_own(shop, settings, go_on):
    storage = shop(odd.Overwriting)
    images = {"warehouse.SkuPhoto": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    photo = SkuPhoto.objects.create(sku="MUG-1", picture=photo_file())
    first = goes_through(photo, storage, go_on)
    second = goes_through(photo, storage, go_on)
    assert first.result_name != second.result_name
    grow_old()
    assert prune(results=1, originals=1).results == 2
    assert storage.contents == {"products/MUG-1.jpg": photo_bytes()}


def test_a_storage_that_keeps_no_two_files_in_a_folder_is_refused_before_it_costs_anything(
    shop, runflow, go_on
):
    storage = shop(odd.OneForEachFolder)
    image = make_swatch()
    before = dict(storage.contents)
    run = go_on(isolate(image).runs.get())
    assert (run.status, run.reason) == (Status.FAILED, Reason.NAME_TAKEN)
    assert (runflow.runs_of(run), storage.contents) == ([], before)


@pytest.mark.parametrize("storage_class", [odd.Shortening, odd.ShorteningAndDeleting])
def test_a_storage_that_would_cut_our_names_short_is_refused_before_it_costs_anything(
    storage_class, shop, runflow, go_on
):
    storage = shop(storage_class)
    image = make_swatch("Mug")
    storage.contents["swatches/isolated.webp"] = b"a picture of the shop's"
    before = dict(storage.contents)
    run = go_on(isolate(image).runs.get())
    assert (run.status, run.reason) == (Status.FAILED, Reason.NAME_TAKEN)
    assert (runflow.runs_of(run), storage.contents) == ([], before)


def test_a_name_that_is_cut_short_while_it_is_saved_is_never_shown(shop, go_on):
    storage = shop(odd.ShorteningLate)
    mug, jug = make_swatch("Mug"), make_swatch("Jug")
    before = dict(storage.contents)
    originals = [shown(mug), shown(jug)]
    sent = [go_on(isolate(image).runs.get(), Status.COLLECTING) for image in (mug, jug)]
    for run in map(go_on, sent):
        assert (run.status, run.reason, run.result_name) == (Status.HELD, Reason.NAME_TAKEN, "")
    assert [shown(mug), shown(jug)] == originals
    assert before.items() <= storage.contents.items()
    storage.__class__ = odd.Overwriting
    assert resume(run)
    assert go_on(run).status == Status.APPLIED


def test_a_name_that_turns_out_to_be_taken_after_paying_asks_a_person(shop, runflow, go_on):
    storage = shop(odd.Overwriting)
    image = make_swatch()
    before = dict(storage.contents)
    run = go_on(isolate(image).runs.get(), Status.COLLECTING)
    storage = shop(odd.OneForEachFolder)
    storage.contents = {"swatches": photo_bytes()}
    run = go_on(run)
    assert (run.status, run.reason, run.result_name) == (Status.HELD, Reason.NAME_TAKEN, "")
    assert storage.contents == {"swatches": photo_bytes()}
    storage = shop(odd.Overwriting)
    storage.contents = before
    assert resume(run)
    assert go_on(run).status == Status.APPLIED
    assert len(runflow.runs_of(run)) == 1


def test_a_storage_that_answers_with_the_name_of_another_file_is_not_believed(shop, go_on):
    storage = shop(odd.UnderOneName)
    image = make_swatch("Mug")
    assert shown(image) == "swatches/mug.jpg"
    run = go_on(isolate(image, review=True).runs.get())
    assert (run.status, run.reason, run.result_name) == (Status.HELD, Reason.NAME_TAKEN, "")
    grow_old()
    prune(results=1, originals=1, rows=30)
    assert "swatches/mug.jpg" in storage.contents
    assert not run.events.filter(kind=RunEvent.Kind.LEFTOVER).exists()


@pytest.mark.parametrize("is_known", [True, False], ids=["with its run", "without its run"])
def test_nor_is_one_that_answers_with_the_name_of_another_result(
    is_known, shop, go_on, monkeypatch
):
    storage = shop(odd.Overwriting)
    earlier = go_on(isolate(make_swatch("Jug")).runs.get()).result_name
    if not is_known:
        IsolationRun.objects.all().delete()
    storage.contents[earlier] = photo_bytes()  # somebody has put a photo of their own there
    monkeypatch.setattr(odd.Overwriting, "_save", lambda self, name, content: earlier)
    run = go_on(isolate(make_swatch("Mug")).runs.get())
    assert (run.status, run.reason, run.result_name) == (Status.HELD, Reason.NAME_TAKEN, "")
    grow_old()
    prune(results=1, originals=1, rows=30)
    assert storage.contents[earlier] == photo_bytes()


@pytest.mark.parametrize("upload_to", ["a constant", "by the row", "a folder"])
def test_a_save_that_fails_calls_nothing_of_the_shops_left_over(
    upload_to, shop, go_on, monkeypatch
):
    storage = shop(odd.Overwriting, upload_to)
    image = make_swatch("Mug")
    original, save, left = shown(image), odd.Overwriting._save, [2]

    def failing(self, name, content):
        if left[0]:
            left[0] -= 1
            self.contents[name] = b"half"
            raise OSError("disk full")
        return save(self, name, content)

    monkeypatch.setattr(odd.Overwriting, "_save", failing)
    run = go_on(isolate(image).runs.get())
    assert run.status == Status.APPLIED
    assert set(storage.contents) == {original, run.result_name}  # nor is half a file left
    assert not run.events.filter(kind="leftover").exists()
    Swatch.objects.filter(pk=image.pk).update(picture="")
    grow_old()
    assert prune(results=1).results == 1
    assert storage.contents == {original: photo_bytes()}


def test_a_storage_that_shows_later_what_it_took_is_waited_for_and_gets_one_file(shop, go_on):
    storage = shop(odd.Lagging)
    image = make_swatch("Mug")
    storage.left.clear()  # it has shown the original long ago
    original = shown(image)
    run = go_on(isolate(image).runs.get())
    assert run.status == Status.APPLIED
    assert set(storage.contents) == {original, run.result_name}
    assert not run.events.filter(reason=Reason.STORAGE_CHANGES).exists()


def test_a_storage_that_never_shows_what_it_took_is_not_filled_for_a_day(shop, go_on, step):
    storage = shop(odd.Lagging)
    image = make_swatch("Mug")
    storage.left.clear()
    storage.shown_after = 10**6
    run = go_on(isolate(image).runs.get(), Status.COLLECTING)
    for _ in range(30):
        run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.STORAGE_CHANGES)
    assert len(storage.contents) == 2


def test_a_left_over_that_an_older_version_wrote_down_of_the_shops_own_file_stays(shop, go_on):
    storage = shop(odd.Overwriting)
    image = make_swatch("Mug")
    original = shown(image)
    run = go_on(isolate(image).runs.get())
    run.record(RunEvent.Kind.LEFTOVER, detail=original)
    IsolationRun.objects.filter(pk=run.pk).update(source_name="")
    Swatch.objects.filter(pk=image.pk).update(picture="")
    grow_old()
    prune(results=1, originals=1)
    assert original in storage.contents


def test_runs_that_lead_in_a_circle_are_pruned_to_an_end(shop, go_on):
    storage = shop(odd.Overwriting)
    image = make_swatch("Mug")
    run = go_on(isolate(image).runs.get())
    # As an older version left it, whose result lay over its original.
    IsolationRun.objects.filter(pk=run.pk).update(source_name=run.result_name)
    Swatch.objects.filter(pk=image.pk).update(picture="")
    grow_old()
    before = dict(storage.contents)
    prune(results=1, originals=1)
    assert storage.contents == before


def test_what_is_stored_says_what_it_is(shop, go_on):
    storage = shop(odd.Overwriting)
    run = go_on(isolate(make_swatch()).runs.get())
    assert storage.types[run.result_name] == "image/webp"
