"""What Wagtail derives from a picture: right in the very transaction, and cleaned afterwards."""

import hashlib

import pytest
from django.core.cache import caches
from django.core.files.storage import default_storage
from wagtail.images import get_image_model

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.contrib.wagtail.renditions import WagtailImageAdapter
from django_product_isolation.models import IsolationRun

from . import frontend
from .shop import make_page, shows, work_off

pytestmark = pytest.mark.django_db(transaction=True)
FOCUS = {
    "focal_point_x": 300,
    "focal_point_y": 200,
    "focal_point_width": 90,
    "focal_point_height": 60,
}
SPECS = ("max-165x165", "fill-100x100", "original")


def renditions(image):
    """Of the row as a request reads it now."""
    image = get_image_model().objects.get(pk=image.pk)
    return {spec: image.get_rendition(spec).file.name for spec in SPECS}


def values_of(image):
    names = ["file", "file_hash", "file_size", "width", "height", *FOCUS]
    return get_image_model().objects.values(*names).get(pk=image.pk)


def is_right(image):
    """Whether hash and size are those of the file."""
    values = values_of(image)
    with default_storage.open(values["file"]) as file:
        content = file.read()
    digest = hashlib.sha1(content).hexdigest()
    return (values["file_hash"], values["file_size"]) == (digest, len(content))


@pytest.fixture
def stop_cleaning(monkeypatch):
    """The swap is done; nothing that follows it is."""
    with monkeypatch.context() as patch:
        patch.setattr(WagtailImageAdapter, "clean", lambda *_args: None)
        yield


def test_all_is_right_in_the_transaction_of_the_swap(picture, stop_cleaning):
    get_image_model().objects.filter(pk=picture.pk).update(**FOCUS)
    before, busy = values_of(picture), picture.file.name
    assert all(shows(name, busy) for name in renditions(picture).values() if "fill" not in name)
    isolate(picture)
    work_off()
    after = values_of(picture)
    assert IsolationRun.objects.get().status == Status.APPLIED
    assert is_right(picture)
    assert [after[name] for name in FOCUS] == [None] * 4
    assert all(shows(name, after["file"]) for name in renditions(picture).values())
    restore(picture)
    work_off()
    assert values_of(picture) == before
    assert is_right(picture)
    assert all(shows(name, busy) for name in renditions(picture).values() if "fill" not in name)


def test_renditions_of_the_earlier_file_are_gone(picture):
    earlier = renditions(picture)
    isolate(picture)
    work_off()
    later = renditions(picture)
    assert not any(default_storage.exists(name) for name in earlier.values())
    assert all(default_storage.exists(name) for name in later.values())
    assert {r.file.name for r in get_image_model().objects.get().renditions.all()} == {
        *later.values()
    }
    restore(picture)
    work_off()
    again = renditions(picture)
    assert not any(default_storage.exists(name) for name in later.values())
    # Nor does a cache remember the first ones, whose files are gone.
    assert all(default_storage.exists(name) for name in again.values())


def test_what_could_not_be_cleaned_goes_with_the_next_swap(picture, monkeypatch):
    earlier = renditions(picture)
    with monkeypatch.context() as patch:
        patch.setattr(default_storage.__class__, "delete", lambda *_args: 1 / 0)
        isolate(picture)
        work_off()
    assert all(default_storage.exists(name) for name in earlier.values())
    assert IsolationRun.objects.get().status == Status.APPLIED
    restore(picture)
    work_off()
    assert not any(default_storage.exists(name) for name in earlier.values())


def test_a_rendition_made_of_the_earlier_file_is_never_shown_again(picture):
    """By a request that read the row before the swap and was not done until after it."""
    slow = get_image_model().objects.get(pk=picture.pk)
    isolate(picture)
    work_off()
    slow.get_rendition("max-165x165")
    now = get_image_model().objects.get(pk=picture.pk)
    assert shows(now.get_rendition("max-165x165").file.name, now.file.name)
    restore(picture)
    work_off()
    name = renditions(picture)["max-165x165"]
    assert default_storage.exists(name) and shows(name, picture.file.name)


def test_several_renditions_of_the_earlier_file_go_when_it_is_cleaned(picture, monkeypatch):
    """Wagtail makes several at once without a signal."""
    slow = get_image_model().objects.get(pk=picture.pk)
    clean = WagtailImageAdapter.clean

    def late(*args):
        slow.get_renditions("max-165x165", "max-50x50")
        clean(*args)

    monkeypatch.setattr(WagtailImageAdapter, "clean", late)
    isolate(picture)
    work_off()
    now = get_image_model().objects.get(pk=picture.pk)
    assert shows(now.get_rendition("max-50x50").file.name, now.file.name)


def test_a_file_that_a_rendition_shows_is_never_removed(picture):
    """Storages that overwrite give one name to a rendition that was set aside and a newer one."""
    renditions(picture)
    adapter = WagtailImageAdapter(picture._meta.get_field("file"))
    adapter.in_swap(str(picture.pk))
    caches["renditions"].clear()
    shown = picture.get_rendition("max-165x165")
    aside = picture.renditions.filter(filter_spec="max-165x165", focal_point_key__startswith="~")
    aside.update(file=shown.file.name)
    adapter.clean(picture, "images/earlier.jpg")
    assert default_storage.exists(shown.file.name)
    assert [r.pk for r in picture.renditions.all()] == [shown.pk]


def test_pages_that_show_the_image_are_purged(picture):
    make_page(image=picture)
    rendition = get_image_model().objects.get().get_rendition("max-165x165").full_url
    isolate(picture)
    work_off()
    assert "http://example.com/" in frontend.purged
    assert rendition in frontend.purged
    frontend.purged.clear()
    restore(picture)
    work_off()
    assert "http://example.com/" in frontend.purged
