"""Small pictures are made once: by the worker, or for whoever looks first."""

import os
from contextlib import contextmanager
from io import BytesIO
from unittest import mock

import pytest
from django.core.cache import caches
from django.core.checks import run_checks
from django.core.files.storage import storages
from django.db import connection
from django.urls import reverse
from PIL import Image

from django_product_isolation.choices import Status
from django_product_isolation.host import Target
from django_product_isolation.host.previews import ALIAS, SIZES, PreviewStore
from tests.photos import make_image, photo_file
from tests.shop import EVERYTHING, make_run, make_staff
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

CACHE = "django_product_isolation.host.previews.CachePreviews"
FILES = "django_product_isolation.host.previews.StoragePreviews"


class Shelf(PreviewStore):
    """A shop's own place."""

    kept: dict[str, bytes] = {}

    def get(self, key):
        return self.kept.get(key)

    def set(self, key, content):
        self.kept[key] = content


class Broken(PreviewStore):
    def get(self, key):
        raise ConnectionError

    def set(self, key, content):
        raise ConnectionError


@pytest.fixture(params=[CACHE, FILES, f"{__name__}.Shelf"])
def place(request, option, settings, tmp_path):
    Shelf.kept = {}
    folder = {"location": tmp_path / "previews"}
    backend = "django.core.files.storage.FileSystemStorage"
    files = {"BACKEND": backend, "OPTIONS": folder}
    settings.STORAGES = {**settings.STORAGES, ALIAS: files}
    option(PREVIEWS=request.param)


@pytest.fixture
def ann(client):
    client.force_login(make_staff(*EVERYTHING))
    return client


@contextmanager
def no_file_is_read():
    with mock.patch.object(Target, "copy", side_effect=AssertionError("a file was read")):
        yield


def of_run(run, which="source", size=160) -> str:
    return reverse("product_isolation:preview_run", args=[run.pk, which]) + f"?size={size}"


def of_image(image) -> str:
    at = reverse("product_isolation:preview_image", args=["catalogue.productimage", image.pk])
    return f"{at}?size=160"


def test_the_worker_makes_them_so_that_no_page_reads_a_file(place, run, step, ann):
    while run.status != Status.APPLIED:
        run = step(run)
    with no_file_is_read():
        for which in ("source", "result"):
            for size in SIZES:
                assert ann.get(of_run(run, which, size)).status_code == 200
        assert ann.get(of_image(ProductImage.objects.get())).status_code == 200


def test_what_the_first_person_saw_is_there_for_the_second(place, ann, client):
    run = make_run(Status.APPLIED)
    seen = ann.get(of_run(run)).content
    client.force_login(make_staff(*EVERYTHING, name="eve"))
    with no_file_is_read():
        assert client.get(of_run(run)).content == seen


def test_who_may_not_see_an_image_gets_nothing_that_is_kept(place, ann, client):
    run = make_run(Status.APPLIED)
    assert ann.get(of_run(run)).status_code == 200
    client.force_login(make_staff(name="eve"))
    assert client.get(of_run(run)).status_code in (403, 404)


def test_a_result_is_seen_where_its_original_was(place, run, step, ann):
    image = ProductImage.objects.get()
    before = ann.get(of_image(image)).content
    while run.status != Status.APPLIED:
        run = step(run)
    assert ann.get(of_image(image)).content not in (before, b"")


def test_a_storage_that_overwrites_shows_its_newest_file(place, ann, monkeypatch):
    monkeypatch.setattr(Target, "overwrites", True)
    image = make_image()
    before = ann.get(of_image(image)).content
    image.original.storage.delete(image.original.name)
    image.original.storage.save(image.original.name, photo_file(colour="navy"))
    assert ann.get(of_image(image)).content != before


def colour_of(response) -> tuple[int, int, int]:
    with Image.open(BytesIO(response.content)) as picture:
        return picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))


def make_namesake(of_whom, colour) -> ProductImage:
    """Somebody else's image, whose file takes the name of a deleted one."""
    name = of_whom.original.name
    of_whom.original.storage.delete(name)
    of_whom.delete()
    image = make_image("Another mug", colour=colour)
    assert image.original.name == name
    return image


def test_a_name_that_is_given_again_shows_the_new_file(place, ann):
    image = make_image()
    before = colour_of(ann.get(of_image(image)))
    after = colour_of(ann.get(of_image(make_namesake(image, "navy"))))
    assert before != after


def test_a_name_given_again_within_one_tick_of_the_clock_shows_the_new_file(place, ann):
    image = make_image()
    storage, name = image.original.storage, image.original.name
    written = os.stat(storage.path(name)).st_mtime_ns
    before = colour_of(ann.get(of_image(image)))
    new = make_namesake(image, "navy")
    os.utime(storage.path(name), ns=(written, written))
    assert colour_of(ann.get(of_image(new))) != before


@pytest.mark.parametrize("is_read", [True, False])
def test_a_run_never_shows_what_took_the_name_of_its_file(is_read, place, ann):
    """Neither what its worker read before, nor what none had read yet."""
    run = make_run(Status.CANCELLED, **({} if is_read else {"source_sha256": ""}))
    make_namesake(ProductImage.objects.get(), "navy")
    assert ann.get(of_run(run)).status_code == 404


def test_a_run_shows_its_source_before_a_worker_has_read_it(place, ann):
    assert ann.get(of_run(make_run(source_sha256=""))).status_code == 200


@pytest.mark.parametrize("where", [f"{__name__}.Broken", None])
def test_without_a_place_for_them_they_are_made_for_each_look(where, option, ann, run, step):
    option(PREVIEWS=where)
    while run.status != Status.APPLIED:
        run = step(run)
    assert ann.get(of_run(run, "result")).status_code == 200


def test_a_cache_of_their_own_leaves_the_shops_alone(option, settings, ann):
    local = "django.core.cache.backends.locmem.LocMemCache"
    own = {"BACKEND": local, "LOCATION": "previews"}
    settings.CACHES = {"default": {"BACKEND": local, "LOCATION": "shop"}, ALIAS: own}
    option(PREVIEWS=CACHE)
    with mock.patch.object(type(caches["default"]), "set", autospec=True) as kept:
        ann.get(of_run(make_run(Status.APPLIED)))
    assert {call.args[0] for call in kept.call_args_list} == {caches[ALIAS]}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (CACHE, False),
        (None, False),
        ("shop.previews.Nowhere", True),
        (FILES, True),  # without a storage of that name
        (7, True),
    ],
)
def test_the_check_finds_a_place_that_is_none(where, found, option):
    assert ALIAS not in storages.backends
    option(PREVIEWS=where)
    ids = {message.id for message in run_checks()}
    assert ("product_isolation.E038" in ids) is found


@pytest.mark.parametrize("other", ["key", "database", "schema", "nothing"])
def test_shops_and_tenants_that_share_a_cache_see_their_own_pictures(
    other, option, settings, ann, monkeypatch
):
    option(PREVIEWS=f"{__name__}.Shelf")
    Shelf.kept = {}
    run = make_run(Status.APPLIED)
    ann.get(of_run(run))
    mine = set(Shelf.kept)
    if other == "key":
        settings.SECRET_KEY = "another shop's, which is as long as it has to be in every shop"
        ann.force_login(make_staff(*EVERYTHING, name="eve"))
    elif other == "database":
        monkeypatch.setitem(connection.settings_dict, "NAME", "another shop's")
    elif other == "schema":
        monkeypatch.setattr(connection, "schema_name", "another_tenant", raising=False)
    ann.get(of_run(run))
    assert len(set(Shelf.kept) - mine) == int(other != "nothing")
